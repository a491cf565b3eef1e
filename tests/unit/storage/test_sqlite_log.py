"""A SQLite file's log: if another program removes or cuts it, all commits are there, or no further one is accepted."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from invapi_emulator.storage.backends import sqlite_connection
from invapi_emulator.storage.database import open_database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.heartbeat import last_alive_at, say_alive


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


def copy_of(file: Path) -> Path:
    """Return the file as a kill would leave it."""
    folder = file.parent / "killed"
    folder.mkdir()
    for each in file.parent.glob("worlds.db*"):
        (folder / each.name).write_bytes(each.read_bytes())
    return folder / file.name


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
