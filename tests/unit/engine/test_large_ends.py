"""Tasks whose end says much, as a list of thousands of snapshots: few end in one unit, and the account keeps few."""

import itertools
from collections.abc import Iterator

import pytest

from invapi_emulator.domain.instants import HOUR
from invapi_emulator.domain.tasks import LARGE_TASK, MAX_LARGE, PlannedStage, Task
from invapi_emulator.engine.tasks.settle import FEWEST, MUCH_TEXT, settle_due
from invapi_emulator.process.pace import LONGEST_TURN
from invapi_emulator.storage import tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.fields import MAX_TEXT
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import Emulator, Json


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time) as database:
        yield database


def world(snapshots: int) -> Json:
    """Return a world with one VM, which has this number of snapshots with long names."""
    named = [{"name": f"{number:0>100}"} for number in range(snapshots)]
    return {"version": 1, "vms": [{"id": 1, "num_max": 1000, "snapshots": named}]}


def start_failing(database: Database, count: int, error: str) -> list[str]:
    """Start tasks that will fail with a long text, all at the same time. Return their keys."""
    started = [
        Task(
            f"key-{number}",
            "vm",
            "get_snapshot",
            12345,
            number,
            {},
            (PlannedStage("read", 10),),
            0,
            10,
            fails_with=error,
        )
        for number in range(1, count + 1)
    ]

    def work(unit: UnitOfWork) -> None:
        for each in started:
            tasks.add(unit, each)

    database.run_now(DEMO, work)
    return [each.key for each in started]


def ended(database: Database, keys: list[str]) -> int:
    def work(unit: UnitOfWork) -> int:
        found = [tasks.by_key(unit, key) for key in keys]
        return sum(each is not None and each.state != "running" for each in found)

    return database.run_now(DEMO, work)


def steps_of(database: Database, keys: list[str]) -> list[int]:
    """Settle what is due. Return how many of the tasks had ended after each unit but the last."""
    steps = []
    while database.run_now(DEMO, lambda unit: settle_due(unit, HOUR)):
        steps.append(ended(database, keys))
    return steps


def test_other_calls_get_their_turn_after_much_text(database: Database) -> None:
    keys = start_failing(database, 4, "x" * (MUCH_TEXT // 4))  # each has it three times at its end
    assert steps_of(database, keys) == [2, 4]


def test_other_calls_get_their_turn_once_a_unit_has_taken_long(time: FakeClock) -> None:
    with opened(time) as database:
        keys = start_failing(database, 2 * FEWEST + 1, "short")
        database.real_time = lambda: next(moments)
        moments = itertools.count(0, LONGEST_TURN + 1)  # each look at the time finds it so much later
        assert steps_of(database, keys) == [FEWEST, 2 * FEWEST]


@pytest.mark.clause("8.5")
@pytest.mark.acceptance
def test_an_account_keeps_64_mib_of_lists(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", world(10_000))
    keys = [emulator.start("vm", "get_snapshot", 1) for _ in range(25)]
    emulator.advance(until="idle")
    answers = [emulator.check(key) for key in keys]
    kept = [answer for answer in answers if answer["result"] == "OK"]
    assert sum(len(answer["scope"]) for answer in kept) <= MAX_LARGE
    assert [answer["result"] for answer in answers] == [-1] * (25 - len(kept)) + ["OK"] * len(kept)
    assert len(kept) >= MAX_LARGE // len(kept[0]["scope"]) - 1


def test_a_vm_whose_list_of_snapshots_is_longer_than_a_text_comes_back_and_can_be_changed(
    emulator: Emulator,
) -> None:
    emulator.control("PUT", "/state", world(3_500))
    key = emulator.start("vm", "get_snapshot", 1)
    emulator.advance(until=key)
    assert len(emulator.check(key)["scope"]) > MAX_TEXT
    state = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", state)
    assert emulator.control("GET", "/state") == state
    emulator.control("PATCH", "/vms/1", {"hostname": "changed"})


@pytest.mark.parametrize(("size", "loaded"), [(10, 30), (LARGE_TASK + 1, 5)])
def test_of_large_tasks_that_are_due_few_are_loaded_in_a_unit(
    database: Database, size: int, loaded: int
) -> None:
    def work(unit: UnitOfWork) -> None:
        for number in range(30):
            stages = (PlannedStage("read", 10),)
            made = Task(
                f"k{number}",
                "vm",
                "get_snapshot",
                12345,
                number + 1,
                {"x": "y" * size},
                stages,
                0,
                10,
                fails_with="no",
            )
            tasks.add(unit, made)

    database.run_now(DEMO, work)
    found, may_be_more = database.run_now(DEMO, lambda unit: tasks.changing(unit, HOUR, 100))
    assert (len(found), may_be_more) == (loaded, loaded < 30)
    while database.run_now(DEMO, lambda unit: settle_due(unit, HOUR)):
        pass
    assert ended(database, [each.key for each in found]) == loaded
