"""The worker: tasks take effect without any calls, and it waits for a lost database."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from invapi_emulator.domain.clocks import Clock
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.engine.worker import Worker
from invapi_emulator.storage import accounts, heartbeat, tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.accounts import new_reset, reset_account
from invapi_emulator.worlds.load import preparing
from invapi_emulator.worlds.named import Scenario, scenario
from invapi_emulator.worlds.steps import at_once
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened


@pytest.fixture
def database(time: FakeClock, lasting: str) -> Iterator[Database]:
    with opened(time, db=lasting, clock="real", rate=10) as database:
        yield database


def start_task(database: Database, time: FakeClock) -> None:
    """Give the demo account a task that is due in 20 seconds of its clock, 2 of real time."""
    due_at = time.now + 20_000_000
    made = Task("key", "eq", "status", 12345, 1, {}, (PlannedStage("only", due_at),), time.now, due_at)
    database.run_now(DEMO, lambda unit: tasks.add(unit, made))


def state(database: Database) -> str:
    with database.read() as tx:
        found = tx.execute(text("SELECT state FROM task WHERE key = 'key'")).scalar_one()
    return str(found)


def alive_at(database: Database) -> int | None:
    with database.read() as tx:
        return heartbeat.last_alive_at(tx)


async def until(condition: object, worker: Worker) -> None:
    """Wake the worker and let it run until a condition holds."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            worker.wake()
            await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(5))
def test_a_worker_stopped_while_it_is_woken_stops(database: Database, turns: int) -> None:
    async def live() -> bool:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        worker.wake(1)
        for _ in range(turns):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.wait({working}, timeout=30)
        stopped = working.cancelled()
        working.cancel()
        return stopped

    assert asyncio.run(live())


def test_due_tasks_take_effect_without_a_call(database: Database, time: FakeClock) -> None:
    start_task(database, time)

    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        await asyncio.sleep(0)
        assert state(database) == "running"
        time.go_on(2)
        await until(lambda: state(database) == "done", worker)
        working.cancel()

    asyncio.run(live())


def test_it_writes_the_heartbeat_of_the_server(database: Database, time: FakeClock) -> None:
    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        time.go_on(5)
        await until(lambda: alive_at(database) == time.now, worker)
        working.cancel()

    asyncio.run(live())


def test_it_waits_for_a_lost_database(
    database: Database, time: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    start_task(database, time)

    def lost(_tx: Transaction) -> int:
        raise OperationalError("", {}, Exception("it is gone"))

    async def live() -> None:
        worker = Worker(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "real_now", lost)
            working = asyncio.create_task(worker.run())
            await until(
                lambda: "the worker waits: the emulator has lost its database: it is gone" in caplog.text,
                worker,
            )
        time.go_on(2)
        await until(lambda: state(database) == "done", worker)
        working.cancel()

    asyncio.run(live())


def test_it_goes_on_only_when_it_has_written(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "invapi_emulator")
    tried = 0

    def lost(_tx: Transaction, _at: int) -> None:
        nonlocal tried
        tried += 1
        raise CannotWrite("the file is gone")

    async def live() -> None:
        worker = Worker(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(heartbeat, "say_alive", lost)
            working = asyncio.create_task(worker.run())
            await until(lambda: tried == 3, worker)
            assert "the worker waits" in caplog.text
            assert "the worker goes on" not in caplog.text
        await until(lambda: "the worker goes on" in caplog.text, worker)
        (level,) = {record.levelno for record in caplog.records if "goes on" in record.getMessage()}
        assert level == logging.INFO
        working.cancel()

    asyncio.run(live())


def test_an_internal_error_does_not_end_it(
    database: Database, time: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    start_task(database, time)

    def set_action(action: str) -> None:
        with database.transaction() as tx:
            tx.execute(text("UPDATE task SET action = :action"), {"action": action})
        database.states.drop(DEMO)

    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        set_action("an action without a kind")
        time.go_on(2)
        await until(lambda: "mistake of its own" in caplog.text, worker)
        set_action("status")
        await until(lambda: state(database) == "done", worker)
        working.cancel()

    asyncio.run(live())


def test_a_frozen_clock_is_left_alone(database: Database, time: FakeClock) -> None:
    start_task(database, time)
    frozen = Clock("frozen", 10, 1, time.now, time.now)
    database.run_now(DEMO, lambda unit: accounts.set_clock(unit, frozen))

    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        # At its second heartbeat it has looked at everything.
        for _ in range(2):
            time.go_on(1000)
            await until(lambda: alive_at(database) == time.now, worker)
        assert state(database) == "running"
        working.cancel()

    asyncio.run(live())


def former_tasks(database: Database) -> int:
    with database.read() as tx:
        former = text(
            "SELECT count(*) FROM task JOIN account ON account.id = account_id WHERE task.generation < account.generation"
        )
        return int(tx.execute(former).scalar_one())


def test_former_worlds_are_cleared_away_even_after_a_restart(database: Database, time: FakeClock) -> None:
    def reset(unit: UnitOfWork) -> None:
        demo = Scenario("demo", scenario("demo"))
        reset_account(unit, at_once(preparing(new_reset(unit, demo, None), demo.world)))

    def many(unit: UnitOfWork) -> None:
        for number in range(500):
            due_at = time.now + 20_000_000
            only = (PlannedStage("only", due_at),)
            tasks.add(unit, Task(f"k{number}", "eq", "status", 12345, number, {}, only, time.now, due_at))

    database.run_now(DEMO, many)
    database.run_now(DEMO, reset)
    assert former_tasks(database) == 500

    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        await until(lambda: former_tasks(database) == 0, worker)
        working.cancel()

    asyncio.run(live())
