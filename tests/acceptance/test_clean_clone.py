"""The first steps of a newcomer: clone, make run, make run again; and an installation without a checkout."""

import re
import shlex
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE, ROOT, environment, served

pytestmark = pytest.mark.acceptance


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a copy of the files in git, as they are in the work tree."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            target = tmp_path / "clone" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
            target.chmod((ROOT / name).stat().st_mode)
    return tmp_path / "clone"


def make_run(clone: Path) -> str:
    """Run `make run` until it is ready. Stdout must have the ready line alone. Return stderr."""
    flags = "--port 0 --clock frozen"
    command = ["make", "run", f"PYTHON={sys.executable}", f"ARGS={flags}"]
    process = subprocess.Popen(
        command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("invapi-emulator ready on "), line
        answer = httpx.post(f"{line.split()[-1]}/eq.php", data={"action": "list", "token": TOKEN}).json()
        assert answer["servers"] == [12345, 12346, 12347, 12348]
    finally:
        process.terminate()
        _, errors = process.communicate()
    return errors


def test_make_run_sets_up_everything_and_installs_nothing_the_second_time(clone: Path) -> None:
    assert "installing" in make_run(clone)
    assert "installing" not in make_run(clone)


def test_a_plain_install_serves_without_a_checkout_and_has_the_migrations(
    clone: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    subprocess.run([binaries / "pip", "install", "--quiet", clone], check=True, cwd=tmp_path)
    where = "from invapi_emulator.storage.versions import migrations_folder as f; print((f() / 'env.py').is_file(), f())"
    found = subprocess.run(
        [binaries / "python", "-c", where], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert found.stdout.startswith("True ")
    assert str(clone) not in found.stdout
    command = [str(binaries / "invapi-emulator")]
    assert refused_by(command, "ca").endswith("pip install 'invapi-emulator[tls]'")
    assert refused_by(command, "migrate", "--db", "postgresql://db/x").endswith("'invapi-emulator[postgres]'")
    with served("--db", "worlds.db", command=command, cwd=tmp_path) as server, server.emulator() as emulator:
        assert emulator.do("vm", "create_snapshot", name="a")["result"] == "OK"
        assert "web-1" in emulator.http.get("/", headers={"Accept": "text/html"}).text
        assert emulator.http.get("/_emulator/ui/static/page.js").status_code == 200


def refused_by(command: list[str], *words: str) -> str:
    """Run a command that must refuse. Return its one line."""
    ended = subprocess.run(
        [*command, *words], capture_output=True, text=True, timeout=DEADLINE, check=False, env=environment()
    )
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    (line,) = ended.stderr.splitlines()
    return line


def test_the_extra_named_in_the_message_installs_the_missing_library(clone: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    subprocess.run([binaries / "pip", "install", "--quiet", clone], check=True, cwd=tmp_path)
    command = [str(binaries / "invapi-emulator"), "ca", "--ca-dir", str(tmp_path / "ca"), "--path"]
    _, _, brings = refused_by(command).partition(": pip ")
    subprocess.run([binaries / "pip", *shlex.split(brings), "--quiet"], check=True, cwd=tmp_path)
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
    assert ended.stdout == f"{tmp_path / 'ca' / 'ca.pem'}\n"


def test_the_files_copied_by_the_dockerfile_are_enough_to_build_the_package(
    clone: Path, tmp_path: Path
) -> None:
    copied = re.findall(r"^COPY (.+) /source/", (clone / "Dockerfile").read_text(), re.MULTILINE)
    source = tmp_path / "source"
    source.mkdir()
    for name in " ".join(copied).split():
        (clone / name).rename(source / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "wheels"]
    subprocess.run([*build, str(source)], check=True, cwd=tmp_path)
    (wheel,) = (tmp_path / "wheels").iterdir()
    names = zipfile.ZipFile(wheel).namelist()
    assert {"invapi_emulator/cli/serve.py", "invapi_emulator/migrations/env.py"} <= set(names)
