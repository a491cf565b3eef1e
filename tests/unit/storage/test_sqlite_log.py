"""A SQLite file's log: if another program removes or cuts it, all commits are there, or no further one is accepted."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from invapi_emulator.storage.backends import sqlite_connection
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.backends.sqlite_watch import OpenFile
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.errors import CannotWrite, OutcomeUnknown
from invapi_emulator.storage.heartbeat import last_alive_at, say_alive
from tests.support.harness import running
from tests.support.sqlite_files import copy_of, in_place, write


def test_a_reader_that_stays_is_named_as_the_cause_of_a_growing_log(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite_connection, "LARGE_LOG", 100_000)
    database = open_database(str(file), lambda: 0)

    def write(times: range) -> None:
        for time in times:
            with database.transaction() as tx:
                say_alive(tx, time)

    write(range(1, 100))
    assert caplog.messages == []
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM server").fetchall()
        write(range(100, 300))
        other.execute("COMMIT")
    assert database.log_bytes > 400_000
    assert all(message.startswith(f"the log '{file}-wal' has ") for message in caplog.messages)
    assert "a long read by another program keeps it from being emptied" in caplog.messages[0]
    database.close()


@pytest.mark.parametrize("names", [("wal",), ("shm",), ("wal", "shm")])
def test_what_was_committed_outlives_its_log(file: Path, names: tuple[str, ...]) -> None:
    database = open_database(str(file), lambda: 0)
    for time in (1, 2):
        with database.transaction() as tx:
            say_alive(tx, time)
        for name in names:
            Path(f"{file}-{name}").unlink()
    with database.transaction() as tx:
        assert last_alive_at(tx) == 2
        say_alive(tx, 3)
    killed = copy_of(file)
    database.close()
    database = open_database(str(killed), lambda: 0)
    with database.read() as tx:
        assert last_alive_at(tx) == 3
    database.close()


def test_a_log_that_was_cut_refuses_commits_until_a_restart(file: Path) -> None:
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        say_alive(tx, 1)
    os.truncate(f"{file}-wal", 0)
    for _ in range(2):
        with (
            pytest.raises(CannotWrite, match="was removed, cut or overwritten"),
            database.transaction() as tx,
        ):
            say_alive(tx, 2)
    database.close()
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        say_alive(tx, 3)
    database.close()


def within_the_commit(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Let somebody act once, between the last look at the log and the next COMMIT."""
    look = OpenFile.refuse_unless_writable

    def look_too_early(self: OpenFile) -> None:
        look(self)
        monkeypatch.undo()
        act()

    monkeypatch.setattr(OpenFile, "refuse_unless_writable", look_too_early)


def assert_refused(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(CannotWrite, match="was removed, cut or overwritten by another program"):
            write(database, 999)


@pytest.mark.parametrize("names", [("wal",), ("wal", "shm")])
def test_older_bytes_of_a_log_are_no_log(file: Path, database: Database, names: tuple[str, ...]) -> None:
    write(database, *range(1, 15))
    older = {name: Path(f"{file}-{name}").read_bytes() for name in names}
    write(database, *range(15, 60))
    for name, content in older.items():
        in_place(Path(f"{file}-{name}"), content)
    assert_refused(database)


@pytest.mark.parametrize("at", [32, 32 + 24 + 100, 32 + 2 * (24 + 4096) + 3000])
def test_a_single_byte_of_a_log_that_another_program_changed_is_noticed(
    file: Path, database: Database, at: int
) -> None:
    write(database, *range(1, 10))
    log = Path(f"{file}-wal")
    in_place(log, bytes([log.read_bytes()[at] ^ 1]), at)
    assert_refused(database)


def test_a_log_that_was_only_touched_is_gone_on_with(file: Path, database: Database) -> None:
    write(database, *range(1, 10))
    log = Path(f"{file}-wal")
    in_place(log, log.read_bytes())
    os.utime(log, ns=(1, 1))
    write(database, 10, 11)
    with database.read() as tx:
        assert last_alive_at(tx) == 11


def test_an_index_that_was_overwritten_is_made_again_from_the_log(file: Path, database: Database) -> None:
    for time in range(1, 60):
        write(database, time)
        if time % 3 == 0:
            index = Path(f"{file}-shm")
            in_place(index, bytes(index.stat().st_size))
    with database.read() as tx:
        assert last_alive_at(tx) == 59


def test_a_commit_with_an_index_that_was_overwritten_under_it_changes_nothing(
    file: Path, database: Database
) -> None:
    write(database, *range(1, 10))

    def write_over(what: Path) -> None:
        with database.transaction() as tx:
            say_alive(tx, 10)
            in_place(what, bytes(64))

    with pytest.raises(CannotWrite, match=r"the index '.*-shm' was overwritten"):
        write_over(Path(f"{file}-shm"))
    with database.read() as tx:
        assert last_alive_at(tx) == 9
    write(database, 11)
    with database.read() as tx:
        assert last_alive_at(tx) == 11


@pytest.mark.parametrize("names", [("wal",), ("shm",), ("wal", "shm")])
def test_a_log_that_is_replaced_within_the_commit_loses_nothing(
    file: Path, database: Database, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, *range(1, 10))

    def replace() -> None:
        for name in names:
            copy = file.with_name(f"copy-{name}")
            copy.write_bytes(Path(f"{file}-{name}").read_bytes())
            copy.rename(f"{file}-{name}")

    within_the_commit(monkeypatch, replace)
    write(database, 10)
    killed = open_database(str(copy_of(file)), lambda: 0)
    with killed.read() as tx:
        assert last_alive_at(tx) == 10
    killed.close()


def test_a_commit_into_a_log_that_nobody_can_find_is_told_of_as_unknown(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, *range(1, 10))

    def remove() -> None:
        monkeypatch.setattr(SqliteConnection, "empty_log", lambda _: False)
        Path(f"{file}-wal").unlink()

    within_the_commit(monkeypatch, remove)
    with pytest.raises(OutcomeUnknown):
        write(database, 10)


def page_in_the_middle(log: Path, _older: bytes) -> None:
    with log.open("r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(b"something else")


def head_of_the_last_frame(log: Path, _older: bytes) -> None:
    with log.open("r+b") as file:
        file.seek(log.stat().st_size - 4096 - 24)
        file.write(bytes(24))


def older_log(log: Path, older: bytes) -> None:
    with log.open("r+b") as file:
        file.write(older)


@pytest.mark.parametrize(
    ("overwrite", "commits"), [(page_in_the_middle, 500), (head_of_the_last_frame, 500), (older_log, 1100)]
)
def test_a_log_that_was_overwritten_in_part_refuses_commits_and_never_gets_into_the_file(
    file: Path, overwrite: Callable[[Path, bytes], None], commits: int
) -> None:
    log = Path(f"{file}-wal")
    database = open_database(str(file), lambda: 0)
    older = b""
    for time in range(1, commits):
        with database.transaction() as tx:
            say_alive(tx, time)
        older = older or log.read_bytes() * (time == 300)
    before = file.read_bytes()
    overwrite(log, older)
    with pytest.raises(CannotWrite, match="was removed, cut or overwritten"), database.transaction() as tx:
        say_alive(tx, 2000)
    database.close()
    assert file.read_bytes() == before
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        assert last_alive_at(tx) in range(commits)
        say_alive(tx, 2000)
    database.close()


def test_what_another_program_commits_is_no_damage(file: Path) -> None:
    database = open_database(str(file), lambda: 0)
    for time in range(1, 200, 2):
        with database.transaction() as tx:
            say_alive(tx, time)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("UPDATE server SET alive_at = alive_at + 1")
    with database.transaction() as tx:
        assert last_alive_at(tx) == 200
    database.close()


def test_a_file_that_was_overwritten_is_lost_and_no_failure_of_the_program(file: Path) -> None:
    with running(db=str(file)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        show = {"action": "login", "key": "demo-api-key"}
        assert http.post("/auth.php", data=show).json()["result"]["token"]
        for name in ("", "-wal"):
            damaged = Path(f"{file}{name}")
            in_place(damaged, b"\xff" * damaged.stat().st_size)
        for path in ("/_emulator/accounts", "/_emulator/accounts/demo/state", "/_emulator/health"):
            answer = http.get(path)
            assert answer.status_code in {200, 503}, answer.text
            assert answer.headers["content-type"] == "application/json"
        refused = http.post("/auth.php", data=show)
        assert (refused.status_code, refused.headers["x-emulator-reason"]) == (503, "unavailable")
