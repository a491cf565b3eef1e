"""The endpoint of all modules: a form in, an envelope out."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from starlette.types import Receive, Scope, Send

from invapi_emulator.actions import ACTIONS, MODULES, NOT_EMULATED, modules
from invapi_emulator.assumptions.assumption import Assumed
from invapi_emulator.assumptions.transport import PAGES_OF_OTHER_ORIGINS
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import ApiError, MethodNotAllowed, Unavailable, UnknownModule
from invapi_emulator.http.answer import Answer
from invapi_emulator.http.call_log import log_call
from invapi_emulator.http.delivery import deliver
from invapi_emulator.http.dispatch import answer as answer_call
from invapi_emulator.http.dispatch import find_action
from invapi_emulator.http.envelope import failure, preflight
from invapi_emulator.http.forms import ClientGone, header, names_in_query, read_fields
from invapi_emulator.http.journal import Heard, write_down
from invapi_emulator.http.protocol import REFUSED
from invapi_emulator.http.turned import refused_as_turned
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.measures import Measures
from invapi_emulator.request_ids import REQUEST_ID_HEADER, RequestIds
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost

_log = logging.getLogger(__name__)

_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()


class FormEndpoint:
    """An ASGI application that answers every path as a module of the imitated API.

    `after_call` is told whose call has started a task, or has moved the clock. `assumed` holds for calls that are
    nobody's.
    """

    def __init__(
        self,
        database: Database,
        lifecycle: Lifecycle,
        ids: RequestIds,
        measures: Measures,
        after_call: Callable[[int], None],
        assumed: Assumed,
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._ids = ids
        self._measures = measures
        self._after_call = after_call
        self._assumed = assumed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        heard = self._heard(scope)
        try:
            answer = await self._answered(scope, receive, heard)
        except ClientGone:
            if REFUSED not in scope["extensions"]:
                log_call(scope["method"], heard, None, heard.duration(self._database.real_time()))
            return
        answer.to_other_origins = heard.assumed.holds(PAGES_OF_OTHER_ORIGINS)
        answer.more += ((_REQUEST_ID, heard.request_id.encode()),)
        duration = heard.duration(self._database.real_time())
        log_call(scope["method"], heard, answer, duration)
        self._measures.add_call(*_known(heard), answer.reason or "ok", duration / SECOND)
        if heard.reply is None:
            await answer(scope, receive, send)
        else:
            await deliver(answer, heard.reply, scope, receive, send)

    def _heard(self, scope: Scope) -> Heard:
        return Heard(
            module=_name(scope["path"]),
            address=scope["client"][0] if scope["client"] else "",
            user_agent=header(scope, b"user-agent") or "",
            request_id=self._ids.next(header(scope, _REQUEST_ID)),
            started_at=self._database.real_time(),
            assumed=self._assumed,
            without_php=not scope["path"].endswith(".php"),
        )

    async def _answered(self, scope: Scope, receive: Receive, heard: Heard) -> Answer:
        """Return the answer, once it is in the journal."""
        try:
            answer = await self._answer(scope, receive, heard)
            if not heard.is_written and scope["method"] != "OPTIONS":
                await self._write_down(heard, answer)
        except asyncio.CancelledError:
            if self._lifecycle.ready:
                raise
            return failure(Unavailable("the emulator stopped before the call had come in whole"))
        except DATABASE_LOST as problem:
            heard.reply = None
            return failure(Unavailable(f"the emulator {why_lost(problem)}"))
        return answer

    async def _answer(self, scope: Scope, receive: Receive, heard: Heard) -> Answer:
        try:
            return await self._called(scope, receive, heard)
        except ApiError as error:
            return failure(refused_as_turned(heard) or error, heard.assumed)

    async def _called(self, scope: Scope, receive: Receive, heard: Heard) -> Answer:
        if heard.module not in MODULES:
            known = ", ".join(f"/{module}.php" for module in modules())
            raise UnknownModule(f"there is no module at {_shown_path(scope)}; there are {known}")
        method = scope["method"]
        if method == "OPTIONS" and self._assumed.holds(PAGES_OF_OTHER_ORIGINS):
            return preflight((header(scope, b"access-control-request-headers") or "").encode("latin-1"))
        if method not in {"GET", "POST"}:
            raise MethodNotAllowed(f"{heard.module} does not take {method[:20]!r}, only GET and POST")
        if not self._lifecycle.ready:
            raise Unavailable(f"the emulator is {self._lifecycle.state}; ask again")
        heard.in_parts = (header(scope, b"content-type") or "").lower().startswith("multipart/")
        heard.fields = await read_fields(scope, receive)
        if scope["query_string"]:
            heard.in_query = names_in_query(scope)
        action = find_action(heard.module, heard.fields)
        given = await self._database.run_in_steps(partial(answer_call, self._database, action, heard))
        if heard.moved and heard.account_id is not None:
            self._after_call(heard.account_id)
        return given

    async def _write_down(self, heard: Heard, answer: Answer) -> None:
        """Put a call into the journal that came to no action; that it was refused is said, even if that fails."""
        if answer.reason == Unavailable.reason:
            return
        try:
            await self._database.run(lambda: self._written(heard, answer))
        except DATABASE_LOST as problem:
            _log.error("the journal misses %s: the emulator %s", heard.request_id, why_lost(problem))

    def _written(self, heard: Heard, answer: Answer) -> None:
        with self._database.write() as tx:
            write_down(tx, heard, answer, self._database.real_time())


def _shown_path(scope: Scope) -> str:
    """Return the path as it was sent, and not too much of it."""
    return ascii(scope.get("raw_path", scope["path"].encode()).decode("latin-1"))[:80]


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
