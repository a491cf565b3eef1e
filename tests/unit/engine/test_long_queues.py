"""Tasks that wait for each other (assumption A-21): the end of one costs as much however many wait."""

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.tasks import QUEUED, PlannedStage, Task
from invapi_emulator.engine.tasks.settle import BATCH, settle_due
from invapi_emulator.storage import tasks, vms
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.counted_calls import counted_calls
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import Emulator

VM = 12345


def queued(number: int) -> Task:
    """Return a task of one second that waits for the one before it."""
    stages = (PlannedStage(QUEUED, number * SECOND), PlannedStage("work", (number + 1) * SECOND))
    return Task(f"key-{number}", "eq", "on", VM, number, {}, stages, 0, stages[-1].ends_at)


def calls_of_a_batch(database: Database, length: int) -> int:
    """Return the number of calls that it takes to end tasks at the head of a queue of this length."""

    def fill(unit: UnitOfWork) -> None:
        for number in range(1, length + 1):
            tasks.add(unit, queued(number))
        vms.save(unit, replace(vms.load(unit, VM), locked_by=f"key-{length}"))

    def settle(unit: UnitOfWork) -> int:
        with counted_calls() as calls:
            settle_due(unit, unit.real_now)
        return calls.number

    database.run_now(DEMO, fill)
    database.run_now(DEMO, settle)  # with what is read once
    return database.run_now(DEMO, settle)


def test_an_end_costs_as_much_behind_a_long_queue(time: FakeClock) -> None:
    with opened(time) as database:
        short = calls_of_a_batch(database, 3 * BATCH)
    with opened(time) as database:
        long = calls_of_a_batch(database, 30 * BATCH)
    assert long == pytest.approx(short, rel=0.05)


def test_the_newest_of_those_that_are_left_locks_the_server(emulator: Emulator) -> None:
    emulator.control("PUT", "/assumptions", {"A-21": "queued"})
    keys = [emulator.start("eq", action) for action in ("reboot", "off", "on", "reboot")]
    locks = []
    for key in (keys[3], keys[1], keys[2], keys[0]):
        emulator.control("POST", f"/tasks/{key}/complete")
        locks.append(emulator.control("GET", "/vms/12345")["locked_by"])
    assert locks == [keys[2], keys[2], keys[0], None]
