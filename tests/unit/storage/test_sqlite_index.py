"""Errors of the system at a SQLite file's log and index: a refusal for as long as they last, and never another error."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from invapi_emulator.storage.backends.sqlite_log import LogHead
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.heartbeat import last_alive_at
from tests.support.sqlite_files import write


def failing(error: int) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise OSError(error, os.strerror(error))

    return fail


def last(database: Database) -> int | None:
    with database.read() as tx:
        return last_alive_at(tx)


@pytest.mark.parametrize("name", ["wal", "shm"])
def test_a_folder_in_place_of_log_or_index_refuses_until_it_is_gone(
    file: Path, database: Database, name: str
) -> None:
    beside = Path(f"{file}-{name}")
    write(database, 1)
    beside.unlink()
    beside.mkdir()
    for _ in range(2):
        with pytest.raises(CannotWrite):
            write(database, 2)
    beside.rmdir()
    assert last(database) == 1
    write(database, 3)
    assert last(database) == 3


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO])
def test_a_log_that_cannot_be_read_refuses_commits(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    write(database, 1)
    with monkeypatch.context() as patched:
        patched.setattr(LogHead, "is_in", failing(error))
        os.utime(f"{file}-wal")
        for _ in range(2):
            with pytest.raises(CannotWrite, match="cannot be read"):
                write(database, 2)
        assert last(database) == 1
    write(database, 3)
    assert last(database) == 3


def test_a_cut_index_on_a_full_disk_refuses_all_until_there_is_room(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, 1)
    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", failing(errno.ENOSPC))
        os.truncate(f"{file}-shm", 0)
        for _ in range(2):
            with pytest.raises(CannotWrite, match="cut by another program: No space left on device"):
                write(database, 2)
            with pytest.raises(CannotWrite, match="cut by another program: No space left on device"):
                last(database)
    assert last(database) == 1
    write(database, 3)
    assert last(database) == 3


def test_what_is_committed_while_the_index_cannot_be_read_is_there(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, 1)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pread", failing(errno.EIO))
        os.utime(f"{file}-wal")
        write(database, 2)
    assert last(database) == 2
    write(database, 3)
    assert last(database) == 3
