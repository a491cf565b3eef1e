"""The only place where things are wired."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.types import ASGIApp

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.garbage import no_collection
from invapi_emulator.http.form_endpoint import FormEndpoint
from invapi_emulator.http.front_door import FrontDoor
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.live import Live
from invapi_emulator.measures import Measures
from invapi_emulator.modules.auth import sessions as _auth_sessions
from invapi_emulator.modules.eq import inventory as _eq_inventory
from invapi_emulator.modules.eq import power as _eq_power
from invapi_emulator.modules.eq_callback import check as _eq_callback_check
from invapi_emulator.modules.vm import creation as _vm_creation
from invapi_emulator.modules.vm import restore_settings as _vm_restore_settings
from invapi_emulator.modules.vm import snapshots as _vm_snapshots
from invapi_emulator.modules.vm import statistics as _vm_statistics
from invapi_emulator.opening import BUILT_IN, defaults_of
from invapi_emulator.request_ids import RequestIds
from invapi_emulator.scenarios.named import Scenarios
from invapi_emulator.settings import Settings
from invapi_emulator.storage import server_life
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost
from invapi_emulator.worker.loop import Worker

_log = logging.getLogger(__name__)

MODULES = (
    _auth_sessions,
    _eq_callback_check,
    _eq_inventory,
    _eq_power,
    _vm_creation,
    _vm_restore_settings,
    _vm_snapshots,
    _vm_statistics,
)
"""Importing these fills the tables of actions and of kinds of task."""


def create_app(
    settings: Settings, database: Database, lifecycle: Lifecycle, scenarios: Scenarios = BUILT_IN
) -> ASGIApp:
    """Return the application on worlds that are open; it closes them when it stops."""
    worker = Worker(database, settings.account_ttl * SECOND, advances=not settings.no_worker)
    due_earlier = database.notices.due_earlier
    ids, measures = RequestIds(database.real_time()), Measures(database.times)

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        worker.listen(database.notices)
        working = [asyncio.create_task(worker.run(), name="worker")]
        if settings.live:
            working.append(asyncio.create_task(Live(database, due_earlier).run(), name="live"))
        lifecycle.state = "ready"
        try:
            yield
        finally:
            lifecycle.state = "stopping"
            for task in working:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            _say_goodbye(database)
            database.close()

    def control() -> ASGIApp:
        # Two fifths of a start's time, fastapi's among it: who only calls the modules does without.
        with no_collection():
            from invapi_emulator.control.worlds import Worlds  # noqa: PLC0415
            from invapi_emulator.control_application import create_control  # noqa: PLC0415

            defaults = defaults_of(settings, scenarios)
            worlds = Worlds(database, lifecycle, measures, scenarios, defaults, due_earlier)
            return create_control(settings, worlds, ids)

    modules = FormEndpoint(database, lifecycle, ids, measures, due_earlier, settings.assumed)
    return FrontDoor(modules, control, life)


def _say_goodbye(database: Database) -> None:
    if not database.durable:
        return
    try:
        with database.write() as tx:
            server_life.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST as problem:
        _log.error("the clocks will go on from a second before the stop: the emulator %s", why_lost(problem))
