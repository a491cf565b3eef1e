"""The emulator as one FastAPI application: the modules, the control API and the page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from threading import RLock
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from invapi_emulator import __version__
from invapi_emulator.actions import MODULES
from invapi_emulator.api.endpoint import FormEndpoint
from invapi_emulator.api.envelope import failure
from invapi_emulator.api.response_faults import cut
from invapi_emulator.clock import real_time
from invapi_emulator.errors import Unavailable
from invapi_emulator.process.gc_tuning import no_collection
from invapi_emulator.runtime import Runtime
from invapi_emulator.server.http_protocol import CONNECTION
from invapi_emulator.server.paths import path_within
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import with_printed_seed
from invapi_emulator.worlds.demo_traffic import DemoTraffic
from invapi_emulator.worlds.files import known_scenarios

_CONTROL_PATHS = frozenset({"/", "/openapi.json", "/metrics", "/_emulator", "/docs"})
_CONTROL_FOLDERS = ("/_emulator/", "/docs/")


class EmulatorApp(FastAPI):
    """The emulator. Calls to the modules bypass FastAPI's middleware, which costs more than most calls do.

    Its worlds open and its worker starts with its lifespan. Without a lifespan, as in a test over ASGI or mounted
    in another application, they start with the first request, and `aclose` ends them. A further lifespan opens
    them again. The control API and the page are loaded on their first request.
    """

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(
            title="invapi-emulator",
            version=__version__,
            summary="An emulator of HOSTKEY's InvAPI, and its control API",
            redirect_slashes=False,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            lifespan=_lifespan,
        )
        self.runtime = runtime
        self._endpoint: FormEndpoint | None = None
        self._lifespans = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_control = False
        self._loading = RLock()
        self._is_connected = False
        for module in MODULES:
            self.router.routes.append(Route(f"/{module}.php", self._call_module, include_in_schema=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            # Bypasses the middleware stack: once it is built, no more middleware can be added.
            await self.router.lifespan({**scope, "app": self}, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # before it is accepted: servers answer 403
            return
        if not self.runtime.started:
            self.start()
        if (at := scope.get("server")) is not None and at[1] not in self.runtime.own_ports:
            self._note_own_port(at[1])
        answer: ASGIApp
        if self._endpoint is None:
            answer = _after_the_end(path_within(scope))
        elif _is_control(path_within(scope)):
            self._connect_control()
            answer = super().__call__
        else:
            answer = self._endpoint
        try:
            await answer(scope, receive, send)
        except asyncio.CancelledError:
            if self.runtime.lifecycle.ready or CONNECTION not in scope.get("extensions", {}):
                raise
            await cut(scope, receive, "reset")  # the server stops, and the client does not take its answer

    def _note_own_port(self, port: int | None) -> None:
        """Note a port that somebody else's server listens on for this application. A Unix socket and a test have none."""
        if port is not None:
            self.runtime.own_ports.add(port)

    def start(self) -> None:
        """Open the worlds and start the workers, if they are not running or closed; raise CannotStart."""
        runtime = self.runtime
        runtime.start()
        if self._endpoint is None and runtime.started:
            self._endpoint = FormEndpoint(
                runtime.database, runtime.lifecycle, runtime.ids, runtime.metrics, runtime.settings.assumed
            )
            if runtime.settings.live:
                traffic = DemoTraffic(self, runtime.settings.admin_token)
                runtime.run_beside(asyncio.create_task(traffic.run(), name="demo traffic"))

    async def aclose(self) -> None:
        """Stop the worker and close the worlds. Later calls are refused until a lifespan opens it again.

        Raise RuntimeError while it runs on another loop.
        """
        await self.runtime.stop()
        self._endpoint, self._is_connected = None, False

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open the worlds, also after a stop, until the end of the block. Of several that overlap, the last one closes them."""
        self.runtime.reopen()
        self.start()
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # what a former one left open never ends
            self._loop, self._lifespans = loop, 0
        self._lifespans += 1
        try:
            yield
        finally:
            self._lifespans -= loop is self._loop
            if not self._lifespans:
                await self.aclose()

    @property
    def routes(self) -> list[BaseRoute]:
        """All routes: those of the modules, the control API and the page."""
        self._load_control()
        return super().routes

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document. It is built on the first call."""
        if self.openapi_schema is None:
            from invapi_emulator.openapi.document import whole_document  # not needed at the start

            self._load_control()
            self.openapi_schema = whole_document(super().openapi())
        return self.openapi_schema

    @cached_property
    def openapi_text(self) -> bytes:
        """The OpenAPI document as JSON."""
        return json.dumps(self.openapi(), ensure_ascii=False, separators=(",", ":")).encode()

    async def _call_module(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._endpoint is not None
        await self._endpoint(scope, receive, send)

    def _load_control(self) -> None:
        """Load the control API and the page. Loading on demand saves two fifths of a start's time.

        Other threads wait: they may ask for the routes while a request loads them.
        """
        with self._loading:
            if self._has_control:
                return
            self._has_control = True
            with no_collection():
                from invapi_emulator.control.routes import add_control
                from invapi_emulator.dashboard import ROUTERS  # noqa: PLC0415

                add_control(self, self.runtime, ROUTERS)

    def _connect_control(self) -> None:
        """Let the control API use the open worlds."""
        if self._is_connected:
            return
        self._load_control()
        from invapi_emulator.control.routes import connect_control  # loaded on demand, as above

        connect_control(self, self.runtime)
        self._is_connected = True


def create_app(settings: Settings | None = None) -> EmulatorApp:
    """Return the emulator as an application.

    It reads no environment variables. By default it keeps its worlds in memory.
    """
    chosen = with_printed_seed(settings or Settings())
    return EmulatorApp(Runtime(chosen, real_time(), known_scenarios(chosen.scenario)))


def create_app_from_env() -> EmulatorApp:
    """Return the emulator with the settings of the environment: a factory for `uvicorn --factory`."""
    return create_app(read_settings({}))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, EmulatorApp)
    async with app.opened():
        yield


def _after_the_end(path: str) -> ASGIApp:
    """Return the refusal of a request to a closed application."""
    message = "the emulator is closed; run its lifespan to open it again, or make another with create_app()"
    if not _is_control(path):
        return failure(Unavailable(message))
    from invapi_emulator.control.failures import failure as control_failure  # noqa: PLC0415 - on demand, as above

    return control_failure(503, "unavailable", message, headers={"Retry-After": "1"})


def _is_control(path: str) -> bool:
    return path in _CONTROL_PATHS or path.startswith(_CONTROL_FOLDERS)
