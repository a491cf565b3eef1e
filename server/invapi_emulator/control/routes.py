"""The routes of the control API, and how they are added to the application."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from invapi_emulator.control import (
    accounts,
    behavior,
    billing,
    clock,
    description,
    docs,
    events,
    faults,
    health,
    index,
    keys,
    metrics,
    report,
    requests,
    reset,
    state,
    tasks,
    verify,
    vms,
)
from invapi_emulator.control.admin_auth import AdminAuth
from invapi_emulator.control.failures import failures, handle_failures
from invapi_emulator.control.feeds import Feeds
from invapi_emulator.control.guard import ControlGuard
from invapi_emulator.control.head import HeadAsGet
from invapi_emulator.control.news import news_since
from invapi_emulator.control.proofs import Proofs
from invapi_emulator.control.request_log import RequestLog
from invapi_emulator.control.turns import Turns
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.control.wrong_tokens import WrongTokens
from invapi_emulator.process.pace import Queue
from invapi_emulator.runtime import Runtime
from invapi_emulator.startup import defaults_of

_PARTS = (
    index, description, docs, accounts, reset, behavior, clock, state, vms, keys, billing, tasks, report, requests, verify, faults, events, metrics,
)  # fmt: skip


def add_control(application: FastAPI, runtime: Runtime, pages: Iterable[APIRouter]) -> None:
    """Add the routes of the pages and of the control API, and their middleware.

    The pages come first: at `/` they take only requests of browsers, and the index takes the rest.
    """
    handle_failures(application)
    for router in (*pages, *(part.router for part in _PARTS)):
        application.include_router(router, responses=failures(401, 403, 413, 429, 503))
    application.include_router(health.router, responses=failures(403))
    application.add_middleware(
        ControlGuard,
        settings=runtime.settings,
        lifecycle=runtime.lifecycle,
        queue=Queue(runtime.real_time),
    )
    application.add_middleware(HeadAsGet)
    application.add_middleware(RequestLog, ids=runtime.ids, real_time=runtime.real_time)


def connect_control(application: FastAPI, runtime: Runtime) -> None:
    """Let the routes use the worlds, which must be open. Worlds that are opened later need it again."""
    application.state.worlds = Worlds(
        runtime.database,
        runtime.lifecycle,
        runtime.metrics,
        runtime.scenarios,
        defaults_of(runtime.settings, runtime.scenarios),
        Feeds(runtime.database, runtime.lifecycle, news_since),
        Proofs(runtime.database, runtime.worker_problem),
        Turns(),
    )
    wrong_tokens = WrongTokens(runtime.real_time, runtime.metrics)
    application.state.admin_auth = AdminAuth(runtime.settings, runtime.database, wrong_tokens)
