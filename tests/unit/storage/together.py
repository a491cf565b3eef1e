"""Units of work at the same time. Each counts a start of a VM, or fails."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from invapi_emulator.storage import events, vms
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO

VM = 12345


def started_of(unit: UnitOfWork) -> int:
    """Count a start of the VM, like a call. Return the count."""
    vm = vms.load(unit, VM)
    count = vm.started.get("test", 0) + 1
    vms.save(unit, replace(vm, started={**vm.started, "test": count}))
    return count


def stored(database: Database) -> int:
    """Return the count in the database."""
    with database.read() as tx:
        found = tx.execute(text(f"SELECT started FROM vm WHERE id = {VM}")).scalar_one()
    return int(json.loads(found).get("test", 0))


def at_once(database: Database, *works: Callable[[UnitOfWork], Any], may_lose: bool = False) -> list[Any]:
    """Run units in one turn of the event loop. Return the result or error of each."""

    async def together() -> list[Any]:
        runs = (database.run(DEMO, work, may_lose=lambda: may_lose) for work in works)
        return await asyncio.gather(*runs, return_exceptions=True)

    return asyncio.run(together())


def breaking(unit: UnitOfWork) -> None:
    """Make a change that the database refuses: an event with an existing number."""
    unit.counters.last_event -= 1
    events.record(unit, 1, "power", vm=VM)
