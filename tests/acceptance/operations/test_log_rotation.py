"""The log of a running server, rotated by logrotate with the file of deploy/."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.acceptance.operations.installed import program
from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE, ROOT, served

pytestmark = pytest.mark.acceptance

SHIPPED = ROOT / "deploy" / "logrotate" / "invapi-emulator"
LIST = {"action": "list", "token": TOKEN}


def test_lines_after_the_rotation_are_in_the_new_file_and_older_ones_in_the_old(tmp_path: Path) -> None:
    rotate = program("logrotate", "logrotate")
    log, file = tmp_path / "emulator.log", tmp_path / "logrotate.conf"
    text = SHIPPED.read_text(encoding="utf-8")
    assert "/var/log/invapi-emulator/emulator.log" in text
    file.write_text(text.replace("/var/log/invapi-emulator", str(tmp_path)), encoding="utf-8")
    file.chmod(0o644)
    command = ("bash", "-c", f'exec "$@" 2>>{log}', "bash", sys.executable, "-m", "invapi_emulator")
    with served(command=command) as server:
        called(server.url, "before")
        words = [rotate, "--force", "--state", str(tmp_path / "state"), str(file)]
        subprocess.run(words, check=True, timeout=DEADLINE)
        called(server.url, "after")
        old, new = (each.read_text(encoding="utf-8") for each in (tmp_path / "emulator.log.1", log))
    assert ("request_id=before" in old, "request_id=after" in old) == (True, False)
    assert ("request_id=before" in new, "request_id=after" in new) == (False, True)
    assert "\x00" not in new  # the server appends: it does not go on where it was


def called(url: str, name: str) -> None:
    headers = {"X-Request-Id": name}
    assert httpx.post(f"{url}/eq.php", data=LIST, headers=headers, timeout=DEADLINE).status_code == 200
