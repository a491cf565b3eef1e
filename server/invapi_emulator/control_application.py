"""The control API and the page, as one application."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from invapi_emulator import __version__
from invapi_emulator.control import (
    accounts,
    clock,
    conduct,
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
from invapi_emulator.control.admission import Admission
from invapi_emulator.control.failures import failures, handle_failures
from invapi_emulator.control.guard import ControlGuard
from invapi_emulator.control.request_log import RequestLog
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.dashboard import login
from invapi_emulator.dashboard import routes as dashboard
from invapi_emulator.request_ids import RequestIds
from invapi_emulator.settings import Settings

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


class _Described(FastAPI):
    """The control API, whose description holds the modules too; made when it is asked for."""

    def openapi(self) -> dict[str, Any]:
        from invapi_emulator.description.document import whole_document  # noqa: PLC0415 - costs at each start

        if self.openapi_schema is None:
            self.openapi_schema = whole_document(super().openapi())
        return self.openapi_schema


def create_control(settings: Settings, worlds: Worlds, ids: RequestIds) -> ASGIApp:
    """Return the application, on worlds that are open and stay so without it."""
    control = _Described(
        title="invapi-emulator",
        version=__version__,
        summary="An emulator of HOSTKEY's InvAPI, and its control API",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    control.state.worlds = worlds
    handle_failures(control)
    for part in _PARTS:
        control.include_router(part.router, responses=failures(401, 403, 503))
    control.include_router(health.router, responses=failures(403))
    control.state.admission = admission = Admission(settings.admin_token)
    control.add_middleware(ControlGuard, settings=settings, lifecycle=worlds.lifecycle, admission=admission)
    control.add_middleware(RequestLog, ids=ids, real_time=worlds.database.real_time)
    return control
