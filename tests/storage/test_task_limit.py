"""An account keeps 10,000 tasks: ended ones go first, then reading ones, changing ones under way never."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from handed import HandedTime, opened
from invapi_emulator.domain.tasks import MAX_TASKS, PlannedStage, Task
from invapi_emulator.http.dispatch import answer, find_action
from invapi_emulator.http.journal import Heard
from invapi_emulator.storage import accounts, tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.transaction import Transaction

ACCOUNT = 1
READING = ("get_snapshot", "load_stats", "status")


@pytest.fixture
def database(time: HandedTime) -> Iterator[Database]:
    with opened(time) as database:
        yield database


def add(tx: Transaction, number: int, action: str, *, ended: bool, **context: str) -> None:
    task = Task(f"key-{number}", "vm", action, 12345, number, context, (PlannedStage("only", 10),), 0, 10)
    tasks.add(tx, ACCOUNT, replace(task, state="done", ended_at=10) if ended else task)


@pytest.mark.clause("3.7")
def test_ended_ones_go_first_then_reading_ones_and_changing_ones_never(database: Database) -> None:
    with database.write() as tx:
        for number, (action, ended) in enumerate(
            [
                ("create_snapshot", False),
                ("status", False),
                ("off", True),
                ("get_snapshot", False),
                ("status", True),
            ]
        ):
            add(tx, number, action, ended=ended)

        def left(most: int) -> list[str]:
            tasks.make_room(tx, ACCOUNT, most, READING)
            return [task.key for task in tasks.of_account(tx, ACCOUNT, 0)]

        assert left(6) == ["key-0", "key-1", "key-2", "key-3", "key-4"]
        assert left(5) == ["key-0", "key-1", "key-3", "key-4"]
        assert left(3) == ["key-0", "key-3"]
        assert left(1) == ["key-0"]


@pytest.mark.clause("3.7")
def test_one_more_than_it_keeps_makes_the_oldest_go_also_between_two_hundreds(database: Database) -> None:
    first = 51
    with database.write() as tx:
        for number in range(first, first + MAX_TASKS):
            add(tx, number, "status", ended=True)
        accounts.set_sequence(tx, ACCOUNT, first + MAX_TASKS - 1)
    form = {"action": "status", "token": "HOSTKEY_TOKEN", "id": "12345"}
    answer(database, find_action("eq", form), Heard("eq", "", "", "id", 0, form))
    with database.read() as tx:
        kept = tasks.sequences(tx, ACCOUNT)
    assert (len(kept), min(kept)) == (MAX_TASKS, first + 1)


@pytest.mark.clause("8.5")
def test_what_contexts_repeat_is_bounded_together_and_goes_in_the_same_order(database: Database) -> None:
    with database.write() as tx:
        for number, (action, ended) in enumerate(
            [("off", False), ("status", False), ("off", True), ("load_stats", False), ("status", True)]
        ):
            add(tx, number, action, ended=ended, note="x" * 1000)

        def left(most: int) -> list[str]:
            tasks.make_room_for_context(tx, ACCOUNT, most, READING)
            return [task.key for task in tasks.of_account(tx, ACCOUNT, 0)]

        assert left(6000) == ["key-0", "key-1", "key-2", "key-3", "key-4"]
        assert left(5000) == ["key-0", "key-1", "key-3", "key-4"]
        assert left(2500) == ["key-0", "key-3"]
        assert left(0) == ["key-0"]


def test_a_task_that_hangs_is_listed_as_hanging_and_goes_no_further(database: Database) -> None:
    with database.write() as tx:
        hanging = Task("key-1", "vm", "create_snapshot", 12345, 1, {}, (PlannedStage("only", 10),), 0, None)
        tasks.add(tx, ACCOUNT, hanging)
        assert tasks.hanging(tx, ACCOUNT) == ["key-1"]
        assert tasks.changing(tx, ACCOUNT, 10**18, 100) == []
        assert tasks.last_due_at(tx, ACCOUNT) is None
