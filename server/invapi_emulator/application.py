"""The only place where things are wired."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from invapi_emulator import __version__
from invapi_emulator.clock import RealTime
from invapi_emulator.control import accounts as accounts_routes
from invapi_emulator.control import (
    clock,
    docs,
    events,
    faults,
    health,
    index,
    metrics,
    requests,
    reset,
    state,
)
from invapi_emulator.control import tasks as tasks_routes
from invapi_emulator.control import vms as vms_routes
from invapi_emulator.control.admission import Admission
from invapi_emulator.control.failures import failures, handle_failures
from invapi_emulator.control.guard import ControlGuard
from invapi_emulator.control.request_log import RequestLog
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.dashboard import login
from invapi_emulator.dashboard import routes as dashboard
from invapi_emulator.domain.clocks import ClockStart
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import CannotStart, Unprocessable
from invapi_emulator.http.form_endpoint import FormEndpoint
from invapi_emulator.http.front_door import FrontDoor
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.live import Live
from invapi_emulator.measures import Measures
from invapi_emulator.modules.auth import sessions as _auth_sessions
from invapi_emulator.modules.eq import inventory as _eq_inventory
from invapi_emulator.modules.eq import power as _eq_power
from invapi_emulator.modules.eq_callback import check as _eq_callback_check
from invapi_emulator.modules.vm import restore_settings as _vm_restore_settings
from invapi_emulator.modules.vm import snapshots as _vm_snapshots
from invapi_emulator.modules.vm import statistics as _vm_statistics
from invapi_emulator.request_ids import RequestIds
from invapi_emulator.scenarios.files import chosen_scenario
from invapi_emulator.scenarios.named import Scenarios
from invapi_emulator.scenarios.worlds import DEMO, DEMO_CREDENTIALS, Wanted, check_wanted, make_account
from invapi_emulator.settings import WORLD_SETTINGS, Settings
from invapi_emulator.storage import accounts, server_life, tasks
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost
from invapi_emulator.storage.schema import prepare_schema
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.urls import name_of
from invapi_emulator.storage.versions import HEAD
from invapi_emulator.worker.loop import Worker

_log = logging.getLogger(__name__)

MODULES = (
    _auth_sessions,
    _eq_callback_check,
    _eq_inventory,
    _eq_power,
    _vm_restore_settings,
    _vm_snapshots,
    _vm_statistics,
)
"""Importing these fills the tables of actions and of kinds of task."""

_CONTROL = (
    dashboard,
    login,
    index,
    docs,
    accounts_routes,
    reset,
    clock,
    state,
    vms_routes,
    tasks_routes,
    requests,
    faults,
    events,
    metrics,
)
"""The page comes first: it leaves `/` to the index where no browser asks."""


BUILT_IN = Scenarios()


def open_worlds(settings: Settings, real_time: RealTime, scenarios: Scenarios = BUILT_IN) -> Database:
    """Open the database with its schema, its clocks going on, and the account demo in it.

    Raises CannotStart with one line that names the culprit.
    """
    defaults = _defaults(settings, scenarios)
    database = open_database(settings.db, real_time, fsync=settings.fsync)
    try:
        with database.write() as tx:
            found = prepare_schema(tx.connection)
            if database.alone:
                _resume_clocks(database, tx)
            if scenarios.files:
                _check_file(database, tx, settings, defaults)
            _ensure_demo(database, tx, settings, defaults)
            server_life.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST as problem:
        database.close()
        raise CannotStart(f"--db: {name_of(database.engine.url)}: it {why_lost(problem)}") from None
    except BaseException:
        database.close()
        raise
    if found not in {None, HEAD}:
        _log.info("%s was at schema %s, and is at %s now", name_of(database.engine.url), found, HEAD)
    return database


class _Described(FastAPI):
    """The control API, whose description holds the modules too; made when it is asked for."""

    def openapi(self) -> dict[str, Any]:
        from invapi_emulator.description.document import whole_document  # noqa: PLC0415 - costs at each start

        if self.openapi_schema is None:
            self.openapi_schema = whole_document(super().openapi())
        return self.openapi_schema


def create_app(
    settings: Settings, database: Database, lifecycle: Lifecycle, scenarios: Scenarios = BUILT_IN
) -> ASGIApp:
    """Return the application on worlds that are open; it closes them when it stops."""
    worker = Worker(database, settings.account_ttl * SECOND)
    ids, measures = RequestIds(database.real_time()), Measures(database.times)

    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        working = [asyncio.create_task(worker.run(), name="worker")]
        if settings.live:
            working.append(asyncio.create_task(Live(database, worker.wake).run(), name="live"))
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

    control = _Described(
        title="invapi-emulator",
        version=__version__,
        summary="An emulator of HOSTKEY's InvAPI, and its control API",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    control.state.worlds = Worlds(
        database, lifecycle, measures, scenarios, _defaults(settings, scenarios), worker.wake
    )
    handle_failures(control)
    for part in _CONTROL:
        control.include_router(part.router, responses=failures(401, 403, 503))
    control.include_router(health.router, responses=failures(403))
    control.state.admission = admission = Admission(settings.admin_token)
    control.add_middleware(ControlGuard, settings=settings, lifecycle=lifecycle, admission=admission)
    control.add_middleware(RequestLog, ids=ids, real_time=database.real_time)
    return FrontDoor(FormEndpoint(database, lifecycle, ids, measures, worker.wake), control)


def _resume_clocks(database: Database, tx: Transaction) -> None:
    """Let the clocks go on from where they were when the last server ended: they stood still since."""
    real_now, alive_at = database.real_now(tx), server_life.last_alive_at(tx)
    if alive_at is None:
        return
    for account in accounts.all_of_them(tx):
        now = max(account.clock.now(alive_at), tasks.latest_at(tx, account.id) or 0)
        accounts.set_clock(tx, account.id, account.clock.moved_to(now, real_now))


def _check_file(database: Database, tx: Transaction, settings: Settings, defaults: Wanted) -> None:
    """Refuse a scenario file that contradicts itself now, not when the first account is made from it."""
    try:
        check_wanted(tx, defaults.asked(), database.real_now(tx))
    except Unprocessable as mistake:
        raise CannotStart(f"--scenario: '{settings.scenario}': {mistake}") from None


def _ensure_demo(database: Database, tx: Transaction, settings: Settings, defaults: Wanted) -> None:
    if accounts.by_name(tx, DEMO) is None:
        make_account(tx, DEMO, DEMO_CREDENTIALS, defaults.asked(), database.real_now(tx))
        return
    left_alone = [f"--{name}" for name in WORLD_SETTINGS if name in settings.model_fields_set]
    if left_alone:
        _log.warning("account %s is there already: %s left alone", DEMO, _listed(left_alone))


def _defaults(settings: Settings, scenarios: Scenarios) -> Wanted:
    start = ClockStart(settings.clock, settings.rate, settings.polls)
    return Wanted(chosen_scenario(scenarios, settings.scenario), start, settings.seed)


def _say_goodbye(database: Database) -> None:
    if not database.durable:
        return
    try:
        with database.write() as tx:
            server_life.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST as problem:
        _log.error("the clocks will go on from a second before the stop: the emulator %s", why_lost(problem))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
