"""Copies of a database in use, made and restored with the commands of docs/how-to/operations.md."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.postgres_server import Postgres, running_postgres
from tests.support.processes import DEADLINE, ROOT, Served, served

pytestmark = pytest.mark.acceptance

PAGE = ROOT / "docs" / "how-to" / "operations.md"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def command(beginning: str) -> str:
    """Return the line of the page that begins so."""
    (line,) = re.findall(rf"^{re.escape(beginning)}.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return str(line)


def run(line: str, folder: Path, **variables: str) -> None:
    subprocess.run(
        ["bash", "-ec", line], cwd=folder, env=os.environ | variables, check=True, timeout=DEADLINE
    )


def create(server: Served, name: str) -> str:
    form = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": name}
    key: str = httpx.post(f"{server.url}/vm.php", data=form, timeout=DEADLINE).json()["callback"]
    httpx.post(
        f"{server.url}/_emulator/accounts/demo/clock/advance", content='{"until":"idle"}', timeout=DEADLINE
    )
    return key


def snapshots(server: Served) -> set[str]:
    vm = httpx.get(f"{server.url}/_emulator/accounts/demo/vms/12345", timeout=DEADLINE).json()
    return {each["name"] for each in vm["snapshots"]}


def test_a_dump_of_postgresql_is_restored_into_an_empty_database(postgres: Postgres, tmp_path: Path) -> None:
    path = {"PATH": f"{postgres.binaries}:{os.environ['PATH']}"}
    worlds = postgres.url("worlds")
    with served("--db", worlds, "--clock", "frozen") as server:
        key = create(server, "before")
        run(command("pg_dump"), tmp_path, INVAPI_EMULATOR_DB=worlds, **path)
        create(server, "after")
        assert {"before", "after"} <= snapshots(server)
        assert server.stop(signal.SIGTERM)[0] == 0
    restored = postgres.url("restored")
    run(command("pg_restore"), tmp_path, INVAPI_EMULATOR_DB=restored, **path)
    with served("--db", restored) as server:
        assert "before" in snapshots(server)
        assert "after" not in snapshots(server)
        asked = {"action": "check", "key": key}
        answer = httpx.post(f"{server.url}/eq_callback.php", data=asked, timeout=DEADLINE).json()
        assert answer["result"] == "OK"
        create(server, "later")


def test_a_copy_of_a_sqlite_file_in_use_is_a_world_of_that_moment(tmp_path: Path) -> None:
    with served("--db", "worlds.db", "--clock", "frozen", cwd=tmp_path) as server:
        create(server, "before")
        run(command("python3 -c"), tmp_path)
        create(server, "after")
    with served("--db", "copy.db", cwd=tmp_path) as server:
        assert "before" in snapshots(server)
        assert "after" not in snapshots(server)
