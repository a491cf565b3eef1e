"""The worker: things happen in time though nobody asks, and a lost database is waited for."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from handed import HandedTime, opened
from invapi_emulator.domain.clocks import Clock
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.storage import accounts, server_life, tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.worker.loop import Worker


@pytest.fixture
def database(time: HandedTime, lasting: str) -> Iterator[Database]:
    with opened(time, db=lasting, clock="real", rate=10) as database:
        yield database


def start_task(database: Database, time: HandedTime) -> None:
    """Put a task into the demo account that is due in 20 seconds of its clock, 2 of real time."""
    stages = (PlannedStage("only", time.now + 20_000_000),)
    with database.write() as tx:
        tasks.add(tx, 1, Task("key", "eq", "status", 12345, 1, {}, stages, time.now, time.now + 20_000_000))


def state(database: Database) -> str:
    with database.read() as tx:
        task = tasks.by_key(tx, 1, "key")
        assert task is not None
        return task.state


def alive_at(database: Database) -> int | None:
    with database.read() as tx:
        return server_life.last_alive_at(tx)


async def until(condition: object, worker: Worker) -> None:
    """Wake the worker and let it run until something is so."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            worker.wake()
            await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(5))
def test_a_worker_that_is_stopped_in_the_moment_it_is_woken_stops(database: Database, turns: int) -> None:
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


def test_what_is_due_takes_effect_though_nobody_asks(database: Database, time: HandedTime) -> None:
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


def test_it_writes_down_that_the_server_lives(database: Database, time: HandedTime) -> None:
    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        time.go_on(5)
        await until(lambda: alive_at(database) == time.now, worker)
        working.cancel()

    asyncio.run(live())


def test_a_lost_database_is_waited_for(
    database: Database, time: HandedTime, caplog: pytest.LogCaptureFixture
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


def test_a_mistake_of_its_own_does_not_end_it(
    database: Database, time: HandedTime, caplog: pytest.LogCaptureFixture
) -> None:
    start_task(database, time)

    def set_action(action: str) -> None:
        with database.write() as tx:
            tx.execute(text("UPDATE task SET action = :action"), {"action": action})

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


def test_a_frozen_clock_is_left_alone(database: Database, time: HandedTime) -> None:
    start_task(database, time)
    with database.write() as tx:
        accounts.set_clock(tx, 1, Clock("frozen", 10, 1, time.now, time.now))

    async def live() -> None:
        worker = Worker(database)
        working = asyncio.create_task(worker.run())
        # When it says for the second time that it lives, it has looked at all there is to do.
        for _ in range(2):
            time.go_on(1000)
            await until(lambda: alive_at(database) == time.now, worker)
        assert state(database) == "running"
        working.cancel()

    asyncio.run(live())
