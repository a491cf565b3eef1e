"""On SQLite, calls of one turn of the event loop are committed together, and answered only after that."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import bindparam, delete
from sqlalchemy.exc import IntegrityError

from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.storage import events, running_tasks, task_lists, tasks, vms
from invapi_emulator.storage.backends.sqlite import SqliteDatabase
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.journal_tables import request
from invapi_emulator.storage.statement import Write
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened
from tests.unit.storage.together import VM, at_once, breaking, started_of, stored


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "worlds.db"


@pytest.fixture
def database(time: FakeClock, file: Path) -> Iterator[SqliteDatabase]:
    with opened(time, db=str(file), seed=7, clock="frozen") as database:
        assert isinstance(database, SqliteDatabase)
        yield database


@pytest.fixture
def commits(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with each committed transaction."""
    assert database.durable
    made: list[int] = []
    commit = SqliteConnection.commit

    def counted(connection: SqliteConnection) -> None:
        commit(connection)
        made.append(1)

    monkeypatch.setattr(SqliteConnection, "commit", counted)
    return made


def test_simultaneous_calls_share_one_commit_and_each_sees_those_before(
    database: SqliteDatabase, commits: list[int]
) -> None:
    assert at_once(database, *[started_of] * 5) == [1, 2, 3, 4, 5]
    assert len(commits) == 1
    assert stored(database) == 5


def test_a_long_unit_lets_others_go_first_before_the_next_one(
    database: SqliteDatabase, time: FakeClock
) -> None:
    order: list[str] = []

    def other(steps: int) -> None:
        order.append("other")
        if steps > 1:
            asyncio.get_running_loop().call_soon(other, steps - 1)

    def long(_: UnitOfWork) -> None:
        order.append("long")
        asyncio.get_running_loop().call_soon(other, 10)
        time.go_on(1)

    at_once(database, long, lambda _: order.append("next"))
    assert order == ["long", *["other"] * 10, "next"]
    at_once(database, lambda _: order.append("first"), lambda _: order.append("second"))
    assert order[-2:] == ["first", "second"]


def test_nothing_is_answered_before_it_is_committed(database: SqliteDatabase, commits: list[int]) -> None:
    async def one_after_the_other() -> list[tuple[int, int]]:
        return [(await database.run(DEMO, started_of), len(commits)) for _ in range(3)]

    assert asyncio.run(one_after_the_other()) == [(1, 1), (2, 2), (3, 3)]


def test_a_client_that_leaves_loses_only_its_own_answer(database: SqliteDatabase) -> None:
    async def leave() -> list[int]:
        going = asyncio.create_task(database.run(DEMO, started_of))
        staying = asyncio.create_task(database.run(DEMO, started_of))
        await asyncio.sleep(0)
        going.cancel()
        await asyncio.wait([going, staying])
        assert going.cancelled()
        return [staying.result()]

    assert asyncio.run(leave()) == [2]
    assert stored(database) == 2


def test_a_call_that_cannot_be_written_does_not_affect_the_others(database: SqliteDatabase) -> None:
    database.run_now(DEMO, lambda unit: events.record(unit, 1, "power", vm=VM))
    first, second, third = at_once(database, started_of, breaking, started_of)
    assert (first, third) == (1, 2)
    assert isinstance(second, IntegrityError)
    assert stored(database) == 2
    assert at_once(database, started_of) == [3]


def test_when_the_file_is_missing_only_writing_calls_are_refused(
    database: SqliteDatabase, file: Path
) -> None:
    away = file.with_name("away.db")
    file.rename(away)
    for outcome in at_once(database, *[started_of] * 3):
        assert isinstance(outcome, CannotWrite)
    assert at_once(database, *[started_of] * 3, may_lose=True) == [1, 1, 1]
    away.rename(file)
    assert at_once(database, *[started_of] * 2) == [1, 2]
    assert stored(database) == 2


def test_a_unit_that_queries_the_database_sees_pending_changes(database: SqliteDatabase) -> None:
    def start(unit: UnitOfWork) -> str:
        tasks.add(unit, Task("key", "eq", "off", VM, 99, {}, (PlannedStage("only", 10),), 1, 10))
        return "started"

    def ask(unit: UnitOfWork) -> list[str]:
        return [key for _, key in running_tasks.newest_by_group(unit, VM).values()]

    def ask_by_sql(unit: UnitOfWork) -> list[str]:
        return [task.key for task in task_lists.of_vm(unit.sql(), unit.account, VM, 0)]

    assert at_once(database, start, ask, ask_by_sql) == ["started", ["key"], ["key"]]


def test_a_unit_runs_again_if_what_it_read_could_not_be_written(database: SqliteDatabase, file: Path) -> None:
    def ask(unit: UnitOfWork) -> tuple[int, int]:
        before = vms.load(unit, VM).started.get("test", 0)
        return before, len(running_tasks.newest_by_group(unit, VM))  # which queries the database

    away = file.with_name("away.db")
    file.rename(away)
    lost, seen = at_once(database, started_of, ask)
    assert isinstance(lost, CannotWrite)
    assert seen == (0, 0)
    away.rename(file)


def test_reading_commits_nothing(database: SqliteDatabase, commits: list[int]) -> None:
    assert at_once(database, lambda unit: vms.load(unit, VM).id) == [VM]
    assert commits == []


OLD = Write(delete(request).where(request.c.number < bindparam("first")), ("first",))


def trimming(unit: UnitOfWork) -> int:
    unit.trim(OLD, (0,))
    return started_of(unit)


def test_what_is_too_old_is_looked_for_once_a_commit(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[Sequence[object]] = []
    write = SqliteConnection.write

    def noted(connection: SqliteConnection, what: Write, rows: Sequence[Sequence[object]]) -> None:
        write(connection, what, rows)
        looked_for.extend(rows if what is OLD else ())

    monkeypatch.setattr(SqliteConnection, "write", noted)
    assert at_once(database, *[trimming] * 3) == [1, 2, 3]
    assert looked_for == [(0,)]
