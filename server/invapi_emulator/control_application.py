"""Adding the control API and the page to the application."""

from fastapi import FastAPI

from invapi_emulator.control import (
    accounts,
    clock,
    docs,
    events,
    faults,
    health,
    index,
    metrics,
    report,
    requests,
    reset,
    state,
    tasks,
    vms,
)
from invapi_emulator.control import behavior as conduct
from invapi_emulator.control.admin_auth import AdminAuth
from invapi_emulator.control.failures import failures, handle_failures
from invapi_emulator.control.feeds import Feeds
from invapi_emulator.control.guard import ControlGuard
from invapi_emulator.control.news import news_since
from invapi_emulator.control.request_log import RequestLog
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.dashboard import login
from invapi_emulator.dashboard import routes as dashboard
from invapi_emulator.runtime import Runtime
from invapi_emulator.startup import defaults_of

_PARTS = (
    dashboard,
    login,
    index,
    docs,
    accounts,
    reset,
    conduct,
    clock,
    state,
    vms,
    tasks,
    report,
    requests,
    faults,
    events,
    metrics,
)
"""The page comes first: it leaves `/` to the index where no browser asks."""


def add_control(application: FastAPI, runtime: Runtime) -> None:
    """Add the routes, and what stands before them."""
    runtime.open()
    application.state.worlds = Worlds(
        runtime.database,
        runtime.lifecycle,
        runtime.metrics,
        runtime.scenarios,
        defaults_of(runtime.settings, runtime.scenarios),
        Feeds(runtime.database, runtime.lifecycle, news_since),
    )
    handle_failures(application)
    for part in _PARTS:
        application.include_router(part.router, responses=failures(401, 403, 503))
    application.include_router(health.router, responses=failures(403))
    application.state.admin_auth = admin_auth = AdminAuth(runtime.settings.admin_token)
    application.add_middleware(
        ControlGuard, settings=runtime.settings, lifecycle=runtime.lifecycle, admin_auth=admin_auth
    )
    application.add_middleware(RequestLog, ids=runtime.ids, real_time=runtime.real_time)
