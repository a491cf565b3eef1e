"""A worker of callbacks at work, and what it has told of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from invapi_emulator.engine.callbacks.deliveries import Deliveries, Send, deliveries_from
from invapi_emulator.storage import callbacks, events
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO

URL = "http://me:hunter2@127.0.0.1:9/done?key=hunter2"


def add(unit: UnitOfWork, url: str = URL, server: int = 12345) -> None:
    callbacks.add(unit, url, server, 7, "deploy_done")


def told(database: Database) -> list[dict[str, Any]]:
    with database.read() as tx:
        happened = events.newest(tx, DEMO, ("callback_sent", "callback_failed"), 100)
    return [event.data | {"kind": event.kind} for event in happened]


@asynccontextmanager
async def at_work(database: Database, send: Send | None = None) -> AsyncIterator[Deliveries]:
    """Let a worker work until the end of the block. Without `send`, it sends as a server does."""
    worker = deliveries_from(database, (), (), Counter())
    if send is not None:
        worker = Deliveries(database, send, Counter())
    working = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        working.cancel()
        await asyncio.wait({working})


def has_told(database: Database, count: int) -> Callable[[], bool]:
    """Return the condition that so many tries have ended."""
    return lambda: len(told(database)) == count


async def until(condition: Callable[[], object], worker: Deliveries) -> None:
    """Wake the worker and let it run until a condition holds."""
    async with asyncio.timeout(30):
        while not condition():
            worker.wake()
            await asyncio.sleep(0)
