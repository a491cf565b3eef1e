"""Symbolic links in the place of a SQLite file, its log or its index: nothing that was committed is lost by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.heartbeat import last_alive_at, say_alive
from tests.support.sqlite_files import copy_of


@contextmanager
def opened(file: Path) -> Iterator[Database]:
    database = open_database(str(file), lambda: 0)
    try:
        yield database
    finally:
        database.close()


def say(database: Database, now: int) -> None:
    with database.transaction() as tx:
        say_alive(tx, now)


def last_in(file: Path) -> int | None:
    with opened(file) as database, database.read() as tx:
        return last_alive_at(tx)


def move_away(file: Path) -> Path:
    """Move a file elsewhere, and leave a link to it in its place. Return where it is."""
    elsewhere = file.parent / "elsewhere" / file.name
    elsewhere.parent.mkdir()
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    return elsewhere


def refusal(file: Path) -> str:
    with pytest.raises(CannotStart) as refused:
        open_database(str(file), lambda: 0)
    return str(refused.value)


@pytest.mark.parametrize("name", ["wal", "shm"])
def test_a_link_in_the_place_of_the_log_is_replaced_by_a_log(file: Path, name: str) -> None:
    with opened(file) as database:
        say(database, 1)
        move_away(Path(f"{file}-{name}"))
        say(database, 2)
        killed = copy_of(file)
    assert last_in(killed) == 2


@pytest.mark.parametrize("name", ["wal", "shm"])
def test_a_start_says_that_a_link_is_in_the_place_of_the_log_and_how_to_heal(file: Path, name: str) -> None:
    with opened(file) as database:
        say(database, 1)
        killed = copy_of(file)
    beside = Path(f"{killed}-{name}")
    elsewhere = move_away(beside)
    assert f"'{beside}' is a symbolic link to '{elsewhere}'" in refusal(killed)
    beside.unlink()
    elsewhere.rename(beside)
    assert last_in(killed) == 1


def test_nothing_is_committed_when_a_link_has_taken_the_place_of_the_file(file: Path) -> None:
    with opened(file) as database:
        say(database, 1)
        elsewhere = move_away(file)
        with pytest.raises(CannotWrite, match="a symbolic link has taken the place of"):
            say(database, 2)
    assert last_in(elsewhere) == 1


def test_a_start_by_a_link_says_that_a_log_lies_beside_the_link_and_how_to_heal(file: Path) -> None:
    with opened(file) as database:
        say(database, 1)
        killed = copy_of(file)
    elsewhere = move_away(killed)
    log, right = Path(f"{killed}-wal"), Path(f"{elsewhere}-wal")
    assert f"'{log}', is read by nobody; if it belongs to '{elsewhere}', move it to '{right}'" in refusal(
        killed
    )
    log.rename(right)
    assert last_in(killed) == 1


def test_a_link_that_leads_back_to_itself_is_refused_in_one_line(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    first.symlink_to(second)
    second.symlink_to(first)
    assert len(refusal(first).splitlines()) == 1
