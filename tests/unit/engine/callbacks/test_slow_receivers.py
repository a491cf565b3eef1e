"""A receiver that is slow holds up no call, and of callbacks those of its own account alone."""

import asyncio
import threading
from functools import partial

from invapi_emulator.engine.callbacks.deliveries import MANY
from invapi_emulator.storage import numbers
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.storage.database import Database
from tests.support.accounts import new_account
from tests.support.calls import DEMO
from tests.unit.engine.callbacks.at_work import add, at_work, has_told, told, until


def test_neither_calls_nor_other_callbacks_wait_for_a_slow_receiver(database: Database) -> None:
    ends = threading.Event()

    def slow(owed: Callback) -> Outcome:
        if owed.server == 1:
            ends.wait(30)
        return Outcome(200)

    async def live() -> None:
        async with at_work(database, slow) as worker:
            await database.run(DEMO, lambda unit: add(unit, server=1))
            await database.run(DEMO, lambda unit: add(unit, server=2))
            await until(has_told(database, 1), worker)
            await database.run(DEMO, numbers.next_sequence)
            assert [event["server"] for event in told(database)] == [2]
            ends.set()
            await until(has_told(database, 2), worker)

    asyncio.run(live())


def test_an_account_whose_receiver_hangs_holds_up_its_own_callbacks_alone(database: Database) -> None:
    ends, begun = threading.Event(), []

    def hanging(owed: Callback) -> Outcome:
        begun.append(owed.server)
        if owed.account_id == DEMO:
            ends.wait(30)
        return Outcome(200)

    async def live() -> None:
        neighbour = new_account(database, "neighbour")
        for server in range(10 * MANY):
            database.run_now(DEMO, partial(add, server=server))
        database.run_now(neighbour, partial(add, server=777))
        async with at_work(database, hanging) as worker:
            await until(lambda: 777 in begun, worker)
            assert len(told(database)) == 0
            ends.set()
            await until(lambda: len(begun) == 10 * MANY + 1, worker)

    asyncio.run(live())


def test_only_so_many_of_an_account_are_sent_at_once(database: Database) -> None:
    ends, begun = threading.Event(), []

    def slow(owed: Callback) -> Outcome:
        begun.append(owed.server)
        ends.wait(30)
        return Outcome(200)

    async def live() -> None:
        for server in range(MANY + 3):
            database.run_now(DEMO, partial(add, server=server))
        async with at_work(database, slow) as worker:
            await until(lambda: len(begun) == MANY, worker)
            await database.run(DEMO, numbers.next_sequence)
            assert len(begun) == MANY
            ends.set()
            await until(has_told(database, MANY + 3), worker)

    asyncio.run(live())
