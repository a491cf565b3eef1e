"""The endpoint of all modules: a form in, an envelope out."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from invapi_emulator.actions import modules
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.errors import ApiError, MethodNotAllowed, Unavailable, UnknownModule
from invapi_emulator.http.delivery import deliver, seconds_of
from invapi_emulator.http.dispatch import answer, find_action
from invapi_emulator.http.envelope import REASON_HEADER, failure, preflight
from invapi_emulator.http.forms import read_fields
from invapi_emulator.http.journal import Heard, write_down
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost

_log = logging.getLogger(__name__)


class FormEndpoint:
    """An ASGI application that answers every path as a module of the imitated API.

    `after_call` is told after each call that was carried out: it may have started a task.
    """

    def __init__(self, database: Database, lifecycle: Lifecycle, after_call: Callable[[], None]) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._after_call = after_call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started_at = self._database.real_time()
        address = request.client.host if request.client else ""
        heard = Heard(_name(request.url.path), address, request.headers.get("user-agent", ""))
        try:
            response = await self._answer(request, heard)
            await self._write_down(request, heard, response, started_at)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            if self._lifecycle.ready:
                raise
            response = failure(Unavailable("the emulator stopped before the call had come in whole"))
        except DATABASE_LOST as problem:
            _log.error("the emulator %s", why_lost(problem))
            heard.reply = None
            response = failure(Unavailable(f"the emulator {why_lost(problem)}"))
        if heard.reply is None:
            await response(scope, receive, send)
        else:
            await deliver(response, heard.reply, scope, receive, send)

    async def _answer(self, request: Request, heard: Heard) -> Response:
        try:
            return await self._called(request, heard)
        except ApiError as error:
            return failure(error)

    async def _called(self, request: Request, heard: Heard) -> Response:
        if heard.module not in modules():
            known = ", ".join(f"/{module}.php" for module in modules())
            raise UnknownModule(f"there is no module at {ascii(request.url.path)[:80]}; there are {known}")
        if request.method == "OPTIONS":
            return preflight(request.headers.get("access-control-request-headers", ""))
        if request.method not in {"GET", "POST"}:
            raise MethodNotAllowed(f"{heard.module} does not take {request.method[:20]!r}, only GET and POST")
        if not self._lifecycle.ready:
            raise Unavailable(f"the emulator is {self._lifecycle.state}; ask again")
        heard.fields = await read_fields(request)
        action = find_action(heard.module, heard.fields)
        response = await self._database.run_in_steps(partial(answer, self._database, action, heard))
        self._after_call()
        return response

    async def _write_down(
        self, request: Request, heard: Heard, response: Response, started_at: Instant
    ) -> None:
        """Log the call and put it into the journal; what was done stays done, and is said, if that fails."""
        reason = response.headers.get(REASON_HEADER)
        level = logging.INFO if reason else logging.DEBUG
        _log.log(level, "%s %s: %s", request.method, _asked(heard), reason or "ok")
        if request.method == "OPTIONS" or reason == Unavailable.reason:
            return
        duration = self._database.real_time() - started_at
        if heard.reply is not None:
            duration += round(seconds_of(heard.reply) * SECOND)
        try:
            await self._database.run(lambda: write_down(self._database, heard, response, duration))
        except DATABASE_LOST as problem:
            _log.error("the journal misses %s: the emulator %s", _asked(heard), why_lost(problem))


def _name(path: str) -> str:
    return path.removeprefix("/").removesuffix(".php")


def _asked(heard: Heard) -> str:
    """Return module and action for the log: one line, whatever a client sent."""
    return ascii(f"{heard.module}/{heard.fields.get('action')}"[:80])[1:-1]
