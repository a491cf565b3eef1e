"""What other programs do to a server's file, its log and its index: nothing acknowledged is lost."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.harness import Emulator
from tests.support.processes import refused, served, whole

pytestmark = pytest.mark.acceptance

LOGINS = 60


def beside(file: Path, name: str) -> Path:
    return Path(f"{file}-{name}")


def removed(*names: str) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        for name in names:
            beside(file, name).unlink()

    return damage


def replaced(name: str) -> Callable[[Path], None]:
    """Put the file there that was there when the server was asked first, as a restored backup does."""

    def damage(file: Path) -> None:
        new = file.with_name("new")
        shutil.copy(file.with_name(f"first-{name}"), new)
        new.rename(beside(file, name))

    return damage


def truncated(name: str, size: int) -> Callable[[Path], None]:
    return lambda file: os.truncate(beside(file, name), size)


def zeroed(file: Path) -> None:
    overwrite(beside(file, "shm"), bytes(32_768))


def overwrite(file: Path, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.write(content)


HARMLESS: dict[str, Callable[[Path], None]] = {
    "log removed": removed("wal"),
    "index removed": removed("shm"),
    "both removed": removed("wal", "shm"),
    "log replaced": replaced("wal"),
    "index replaced": replaced("shm"),
    "index emptied": truncated("shm", 0),
    "index cut": truncated("shm", 4096),
    "index zeroed in place": zeroed,
}
"""Damage after which all that was acknowledged before it can still be read."""


def login(emulator: Emulator) -> str | None:
    """Log in. Return the token that is acknowledged, or None if the call is refused with 503."""
    answer = emulator.http.post("/auth.php", data={"action": "login", "key": "demo-api-key"})
    if answer.status_code == 503:
        assert answer.headers["x-emulator-reason"] == "unavailable"
        return None
    return str(answer.json()["result"]["token"])


def lives(emulator: Emulator, token: str) -> bool:
    answer = emulator.http.post("/auth.php", data={"action": "info", "token": token})
    return answer.status_code == 200 and answer.json()["result"] != -1


def some_logins(emulator: Emulator, number: int) -> list[str]:
    return [token for _ in range(number) if (token := login(emulator)) is not None]


@contextmanager
def serving(file: Path) -> Iterator[tuple[Emulator, Callable[[], str]]]:
    """Serve a file and kill the server at the end. Also yield what reads its log."""
    with served("--db", str(file)) as server:
        with server.emulator() as emulator:
            yield emulator, lambda: whole(server.log)
        server.stop(signal.SIGKILL)


@pytest.mark.parametrize("damage", HARMLESS)
def test_acknowledged_calls_outlive_damage_to_the_log_and_a_kill(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "worlds.db"
    acknowledged = []
    with serving(file) as (emulator, log):
        for name in ("wal", "shm"):
            shutil.copy(beside(file, name), file.with_name(f"first-{name}"))
        for _ in range(3):
            acknowledged += some_logins(emulator, LOGINS // 3)
            HARMLESS[damage](file)
        acknowledged += some_logins(emulator, LOGINS // 3)
        assert "Traceback" not in log()
    assert len(acknowledged) > LOGINS
    with serving(file) as (emulator, _):
        assert [lives(emulator, token) for token in acknowledged] == [True] * len(acknowledged)


def wiped(file: Path) -> None:
    size = beside(file, "wal").stat().st_size
    for length in (0, size):
        os.truncate(beside(file, "wal"), length)


def overwritten(file: Path) -> None:
    overwrite(beside(file, "wal"), b"not a log" * 100)


def changed_within(file: Path) -> None:
    log = beside(file, "wal")
    middle = log.stat().st_size // 2
    with log.open("r+b") as opened:
        opened.seek(middle)
        opened.write(b"changed")


LOSSES = {
    "emptied": truncated("wal", 0),
    "cut after a page": truncated("wal", 4096),
    "cut": truncated("wal", 40_000),
    "wiped at its size": wiped,
    "overwritten": overwritten,
    "changed within": changed_within,
}


@pytest.mark.parametrize("loss", LOSSES)
def test_nothing_is_acknowledged_on_a_log_that_lost_something(tmp_path: Path, loss: str) -> None:
    file = tmp_path / "worlds.db"
    with serving(file) as (emulator, log):
        some_logins(emulator, LOGINS)
        LOSSES[loss](file)
        after = some_logins(emulator, LOGINS)
        health = emulator.http.get("/_emulator/health")
        assert after or (health.status_code, health.json()["status"]) == (503, "cannot write")
        assert "Traceback" not in log()
    with serving(file) as (emulator, _):
        assert all(lives(emulator, token) for token in after)


def test_nothing_is_acknowledged_on_older_bytes_of_a_log(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    log = beside(file, "wal")
    with serving(file) as (emulator, told):
        some_logins(emulator, 10)
        older = log.read_bytes()
        while log.read_bytes()[16:24] == older[16:24]:  # until the log has begun anew, with another salt
            assert some_logins(emulator, 10)
        overwrite(log, older)  # as a backup does that is restored in place
        assert some_logins(emulator, LOGINS) == []
        health = emulator.http.get("/_emulator/health")
        assert (health.status_code, health.json()["status"]) == (503, "cannot write")
        assert str(log) in health.json()["why"]
        assert "Traceback" not in told()


@pytest.mark.parametrize(
    "statement", ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA journal_mode = DELETE"]
)
def test_maintenance_by_another_program_is_no_damage(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "worlds.db"
    with serving(file) as (emulator, log):
        acknowledged = some_logins(emulator, 10)
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
            try:
                other.execute(statement)
            except sqlite3.OperationalError as problem:
                assert "locked" in str(problem)  # noqa: PT017 - whether it may is SQLite's to say
        acknowledged += some_logins(emulator, 10)
        assert "removed" not in log()
    assert len(acknowledged) == 20
    with serving(file) as (emulator, _):
        assert all(lives(emulator, token) for token in acknowledged)


def test_a_lock_of_another_program_refuses_what_writes_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with serving(file) as (emulator, _):
        token = login(emulator)
        assert token is not None
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refusal = emulator.http.post("/auth.php", data={"action": "login", "key": "demo-api-key"})
            assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "1")
            assert "database is locked" in refusal.json()["message"]
            assert lives(emulator, token)
            assert emulator.eq("list")["result"] == "OK"
            for path in ("state", "requests", "tasks", "vms", "faults"):
                read = emulator.http.get(f"/_emulator/accounts/demo/{path}")
                assert read.status_code == 200, read.text
            reset, clock = "/_emulator/accounts/demo/reset", "/_emulator/accounts/demo/clock"
            for refusal in (emulator.http.post(reset), emulator.http.put(clock, json={"mode": "frozen"})):
                assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "1")
                assert "cannot write to its database: database is locked" in refusal.text
        assert login(emulator) is not None


@contextmanager
def second_name(file: Path, name: Path) -> Iterator[None]:
    if os.getuid() != 0:
        pytest.fail("a file is mounted under a second name for this test, which only root may do")
    name.touch()
    subprocess.run(["mount", "--bind", file, name], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", name], check=True)


def test_a_file_mounted_under_a_second_name_has_one_server(tmp_path: Path) -> None:
    file, other = tmp_path / "worlds.db", tmp_path / "elsewhere" / "mounted.db"
    other.parent.mkdir()
    with served("--db", str(file)) as first:
        with second_name(file, other):
            assert "is in use by another server" in refused("--db", str(other))
        first.stop(signal.SIGTERM)
    with second_name(file, other), served("--db", str(other)) as second:
        assert "is mounted by itself" in whole(second.log)
        assert "is in use by another server" in refused("--db", str(file))


def test_new_files_are_private_and_looser_ones_are_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    mask = os.umask(0)
    try:
        with serving(file) as (emulator, log):
            login(emulator)
            modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
            assert "can be read by others" not in log()
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(("worlds.db", "worlds.db-wal", "worlds.db-shm", "worlds.db.lock"), 0o600)
    file.chmod(0o644)
    with serving(file) as (_, log):
        assert log().count("can be read by others (mode 644)") == 1


def test_a_lock_and_a_reader_are_told_apart_from_a_lost_database(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with serving(file) as (emulator, _), closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        health = emulator.http.get("/_emulator/health")
        assert (health.status_code, health.json()["status"]) == (503, "cannot write")
        assert "locked" in health.json()["why"]
