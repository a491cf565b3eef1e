"""The endpoint of all modules: a form in, an envelope out."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from invapi_emulator.actions import ACTIONS, MODULES, NOT_EMULATED, modules
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import ApiError, MethodNotAllowed, Unavailable, UnknownModule
from invapi_emulator.http.call_log import log_call
from invapi_emulator.http.delivery import deliver
from invapi_emulator.http.dispatch import answer, find_action
from invapi_emulator.http.envelope import REASON_HEADER, failure, preflight
from invapi_emulator.http.forms import read_fields
from invapi_emulator.http.journal import Heard, write_down
from invapi_emulator.http.protocol import REFUSED
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.measures import Measures
from invapi_emulator.request_ids import REQUEST_ID_HEADER, RequestIds
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost

_log = logging.getLogger(__name__)


class FormEndpoint:
    """An ASGI application that answers every path as a module of the imitated API.

    `after_call` is told whose call has started a task, or has moved the clock.
    """

    def __init__(
        self,
        database: Database,
        lifecycle: Lifecycle,
        ids: RequestIds,
        measures: Measures,
        after_call: Callable[[int], None],
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._ids = ids
        self._measures = measures
        self._after_call = after_call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        heard = self._heard(request)
        try:
            response = await self._answered(request, heard)
        except ClientDisconnect:
            if REFUSED not in scope["extensions"]:
                log_call(request.method, heard, None, heard.duration(self._database.real_time()))
            return
        response.headers[REQUEST_ID_HEADER] = heard.request_id
        duration = heard.duration(self._database.real_time())
        log_call(request.method, heard, response, duration)
        result = response.headers.get(REASON_HEADER, "ok")
        self._measures.add_call(*_known(heard), result, duration / SECOND)
        if heard.reply is None:
            await response(scope, receive, send)
        else:
            await deliver(response, heard.reply, scope, receive, send)

    def _heard(self, request: Request) -> Heard:
        return Heard(
            module=_name(request.scope["path"]),
            address=request.client.host if request.client else "",
            user_agent=request.headers.get("user-agent", ""),
            request_id=self._ids.next(request.headers.get(REQUEST_ID_HEADER)),
            started_at=self._database.real_time(),
        )

    async def _answered(self, request: Request, heard: Heard) -> Response:
        """Return the answer, once it is in the journal."""
        try:
            response = await self._answer(request, heard)
            if not heard.is_written and request.method != "OPTIONS":
                await self._write_down(heard, response)
        except asyncio.CancelledError:
            if self._lifecycle.ready:
                raise
            return failure(Unavailable("the emulator stopped before the call had come in whole"))
        except DATABASE_LOST as problem:
            heard.reply = None
            return failure(Unavailable(f"the emulator {why_lost(problem)}"))
        return response

    async def _answer(self, request: Request, heard: Heard) -> Response:
        try:
            return await self._called(request, heard)
        except ApiError as error:
            return failure(error)

    async def _called(self, request: Request, heard: Heard) -> Response:
        if heard.module not in MODULES:
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
        if heard.moved and heard.account_id is not None:
            self._after_call(heard.account_id)
        return response

    async def _write_down(self, heard: Heard, response: Response) -> None:
        """Put a call into the journal that came to no action; that it was refused is said, even if that fails."""
        if response.headers.get(REASON_HEADER) == Unavailable.reason:
            return
        try:
            await self._database.run(lambda: self._written(heard, response))
        except DATABASE_LOST as problem:
            _log.error("the journal misses %s: the emulator %s", heard.request_id, why_lost(problem))

    def _written(self, heard: Heard, response: Response) -> None:
        with self._database.write() as tx:
            write_down(tx, heard, response, self._database.real_time())


def _name(path: str) -> str:
    return path.removeprefix("/").removesuffix(".php")


def _known(heard: Heard) -> tuple[str, str]:
    """Return module and action for what is counted: made-up ones share a name, or counting them would never end."""
    action = heard.fields.get("action")
    module = heard.module if heard.module in MODULES else "other"
    known = isinstance(action, str) and (
        (module, action) in ACTIONS or action in NOT_EMULATED.get(module, ())
    )
    return module, str(action) if known else "other"
