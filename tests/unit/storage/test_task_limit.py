"""An account keeps 10,000 tasks: ended ones go first, then reading ones, running changing ones never."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.tasks import MAX_TASKS, PlannedStage, Task
from invapi_emulator.storage import accounts, task_lists, task_room, tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO, called
from tests.support.fake_clock import FakeClock, opened

READING = (("vm", "get_snapshot"), ("vm", "load_stats"), ("vm", "status"))


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time) as database:
        yield database


def add(unit: UnitOfWork, number: int, action: str, *, ended: bool, **context: str) -> None:
    task = Task(f"key-{number}", "vm", action, 12345, number, context, (PlannedStage("only", 10),), 0, 10)
    tasks.add(unit, replace(task, state="done", ended_at=10) if ended else task)


def fill(database: Database, wanted: list[tuple[str, bool]], **context: str) -> None:
    """Add tasks of these actions, ended or under way, numbered from 0."""

    def work(unit: UnitOfWork) -> None:
        for number, (action, ended) in enumerate(wanted):
            add(unit, number, action, ended=ended, **context)

    database.run_now(DEMO, work)


def kept(database: Database) -> list[str]:
    with database.read() as tx:
        demo = accounts.by_name(tx, "demo")
        assert demo is not None
        return [task.key for task in task_lists.of_account(tx, demo, 0)]


@pytest.mark.clause("3.7")
def test_ended_tasks_go_first_then_reading_ones_and_changing_ones_never(database: Database) -> None:
    fill(
        database,
        [
            ("create_snapshot", False),
            ("status", False),
            ("off", True),
            ("get_snapshot", False),
            ("status", True),
        ],
    )

    def left(most: int) -> list[str]:
        database.run_now(DEMO, lambda unit: task_room.make_room(unit, most, READING))
        return kept(database)

    assert left(6) == ["key-0", "key-1", "key-2", "key-3", "key-4"]
    assert left(5) == ["key-0", "key-1", "key-3", "key-4"]
    assert left(3) == ["key-0", "key-3"]
    assert left(1) == ["key-0"]


@pytest.mark.no_cover
@pytest.mark.clause("3.7")
def test_a_task_above_the_limit_drops_the_oldest_also_between_two_hundreds(database: Database) -> None:
    first = 51

    def work(unit: UnitOfWork) -> None:
        for number in range(first, first + MAX_TASKS):
            add(unit, number, "status", ended=True)
        unit.counters.sequence = first + MAX_TASKS - 1

    database.run_now(DEMO, work)
    for count in (1, 2):
        called(database, "eq", action="status", token="HOSTKEY_TOKEN", id="12345")
        with database.read() as tx:
            demo = accounts.by_name(tx, "demo")
            assert demo is not None
            numbers = task_lists.sequences(tx, demo)
        assert (len(numbers), min(numbers)) == (MAX_TASKS, first + count)


def size(database: Database, key: str) -> int:
    return database.run_now(DEMO, lambda unit: task_room.text_size(held(unit, key)))


def held(unit: UnitOfWork, key: str) -> Task:
    found = tasks.by_key(unit, key)
    assert found is not None
    return found


def left_with(database: Database, key: str, most: int) -> list[str]:
    """Save a task again, as its end does, with room for at most `most` bytes of text. Return what is kept then."""

    def work(unit: UnitOfWork) -> None:
        tasks.save(unit, held(unit, key))
        task_room.make_room_for_text(unit, held(unit, key), most, READING)

    database.run_now(DEMO, work)
    return kept(database)


@pytest.mark.clause("8.5")
def test_large_tasks_are_limited_together_and_dropped_in_the_same_order(database: Database) -> None:
    wanted = [("off", False), ("status", False), ("off", True), ("load_stats", False), ("status", True)]
    fill(database, wanted, note="x" * 5000)
    one = size(database, "key-0")
    assert left_with(database, "key-0", 5 * one + 100) == ["key-0", "key-1", "key-2", "key-3", "key-4"]
    assert left_with(database, "key-0", 4 * one + 100) == ["key-0", "key-1", "key-3", "key-4"]
    assert left_with(database, "key-3", 2 * one + 100) == ["key-0", "key-3"]
    assert left_with(database, "key-0", 0) == ["key-0"]


@pytest.mark.clause("8.5")
@pytest.mark.parametrize("field", ["scope", "debug", "error", "fails_with"])
def test_every_text_of_a_task_counts_and_small_tasks_stay(database: Database, field: str) -> None:
    fill(database, [("status", True), ("status", True), ("status", True)])

    def lengthen(key: str, text: str) -> None:
        database.run_now(DEMO, lambda unit: tasks.save(unit, replace(held(unit, key), **{field: text})))

    lengthen("key-1", "é" * 3000)
    assert size(database, "key-1") > 6000
    lengthen("key-2", "x" * 5000)
    assert left_with(database, "key-2", 10_000) == ["key-0", "key-2"]


def test_a_hanging_task_is_listed_as_hanging_and_goes_no_further(database: Database) -> None:
    hanging = Task("key-1", "vm", "create_snapshot", 12345, 1, {}, (PlannedStage("only", 10),), 0, None)
    database.run_now(DEMO, lambda unit: tasks.add(unit, hanging))
    assert database.run_now(DEMO, lambda unit: tasks.changing(unit, 9, 100)) == ([], False)
    with database.read() as tx:
        demo = accounts.by_name(tx, "demo")
        assert demo is not None
        assert task_lists.hanging(tx, demo) == ["key-1"]
        assert task_lists.last_due_at(tx, demo) is None
