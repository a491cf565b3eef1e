"""The endpoint of all modules: it takes a form and answers an envelope."""

import asyncio
import logging
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from invapi_emulator.api.attempt import Attempt, Refusal
from invapi_emulator.api.envelope import failure, preflight
from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.form_rules import find_action, form_refusal
from invapi_emulator.api.forms import ClientGone, Headers, header, headers_of
from invapi_emulator.api.large_answers import LargeAnswers
from invapi_emulator.api.request import Request, head_of, with_fields
from invapi_emulator.api.request_log import log_call
from invapi_emulator.api.response_faults import deliver
from invapi_emulator.api.tokens import identification_of
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.transport import PAGES_OF_OTHER_ORIGINS
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.action import ACTIONS, MODULES, NOT_EMULATED, Action, is_documented
from invapi_emulator.errors import ApiError, MethodNotAllowed, PerhapsDone, Unavailable
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.metrics import Metrics
from invapi_emulator.process.pace import give_way
from invapi_emulator.process.request_ids import REQUEST_ID_HEADER, RequestIds
from invapi_emulator.server.http_protocol import REFUSED
from invapi_emulator.server.paths import path_within
from invapi_emulator.storage.database import Database, no_needs
from invapi_emulator.storage.errors import DATABASE_LOST, OutcomeUnknown, why_lost

_log = logging.getLogger(__name__)

_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()


class FormEndpoint:
    """An ASGI application that answers every path as a module of the imitated API.

    `assumed` holds for unauthenticated calls.
    """

    def __init__(
        self,
        database: Database,
        lifecycle: Lifecycle,
        ids: RequestIds,
        metrics: Metrics,
        assumed: Assumed,
    ) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._ids = ids
        self._metrics = metrics
        self._assumed = assumed
        self._large = LargeAnswers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = self._ids.next(header(headers, _REQUEST_ID))
        shown = self._ids.shown(request_id)
        now = self._database.real_time()
        head = head_of(scope, headers, path_within(scope), shown, now, self._ids.hidden)
        try:
            exchange = await self._answered(head, headers, scope, receive)
        except ClientGone:
            if REFUSED not in scope.get("extensions", {}):
                log_call(Exchange(head, None, self._assumed), self._database.real_time() - head.received_at)
            return
        answer = exchange.answer
        assert answer is not None
        answer.to_other_origins = exchange.assumed[PAGES_OF_OTHER_ORIGINS] == "allowed"
        answer.more += ((_REQUEST_ID, request_id.encode()),)
        duration = exchange.duration(self._database.real_time())
        log_call(exchange, duration)
        self._metrics.add_call(*_counted(exchange), answer.reason or "ok", duration / SECOND)
        if exchange.reply is None:
            await answer(scope, receive, send)
        else:
            await deliver(answer, exchange.reply, scope, receive, send)

    async def _answered(self, head: Request, headers: Headers, scope: Scope, receive: Receive) -> Exchange:
        """Return the exchange with its answer. The journal has it by then."""
        request = head
        try:
            if is_documented(head.module):
                self._check(head)
                if head.method == "OPTIONS":
                    return self._preflight(head, headers)
            request = await _read(head, scope, receive)
            return await self._called(request, find_action(request, _sent_path(scope)))
        except ApiError as error:
            return await self._refused(request, error)
        except DATABASE_LOST as problem:
            kind = PerhapsDone if isinstance(problem, OutcomeUnknown) else Unavailable
            return self._unanswered(request, kind(f"the emulator {why_lost(problem)}"))
        except asyncio.CancelledError:
            if self._lifecycle.ready:
                raise
            return self._unanswered(request, _stopped(is_whole=request is not head))

    def _check(self, head: Request) -> None:
        """Refuse a wrong method, and every call while the server starts or stops."""
        asks_first = head.method == "OPTIONS" and self._assumed[PAGES_OF_OTHER_ORIGINS] == "allowed"
        if head.method not in {"GET", "POST"} and not asks_first:
            raise MethodNotAllowed(f"{head.module} does not take {head.method[:20]!r}, only GET and POST")
        if not self._lifecycle.ready and not asks_first:
            raise Unavailable(f"the emulator is {self._lifecycle.state}; ask again")

    def _preflight(self, head: Request, headers: Headers) -> Exchange:
        exchange = Exchange(head, None, self._assumed)
        exchange.answer = preflight(headers.get(b"access-control-request-headers", b""))
        return exchange

    async def _called(self, request: Request, action: Action) -> Exchange:
        """Run a call through the pipeline until it is answered. Other calls get their turn between two runs."""
        attempt = Attempt(request, action, self._assumed, self._database, self._large)
        exchange = await self._once(attempt)
        while exchange.answer is None:
            attempt.rules_asked = exchange.rules_asked
            await give_way()
            async with self._database.settling:
                exchange = await self._once(attempt)
        return exchange

    async def _once(self, attempt: Attempt) -> Exchange:
        return await self._database.run_for(attempt.owner, attempt.run, attempt.needs, attempt.may_lose)

    async def _refused(self, request: Request, error: ApiError) -> Exchange:
        """Refuse a call that names no action. It is refused even if the journal cannot be written."""
        unrecorded = self._unanswered(request, form_refusal(request, self._assumed) or error)
        if isinstance(error, Unavailable) or request.method == "OPTIONS":
            return unrecorded

        refusal = Refusal(request, error, self._assumed, self._database)
        word = identification_of(None).word(request.fields) if self._lifecycle.ready else None
        try:
            return await self._database.run_for(word, refusal.run, no_needs, refusal.may_lose)
        except DATABASE_LOST as problem:
            _log.error("the journal misses %s: the emulator %s", request.request_id, why_lost(problem))
        return unrecorded

    def _unanswered(self, request: Request, error: ApiError) -> Exchange:
        """Return the exchange of a call that had no effect."""
        exchange = Exchange(request, None, self._assumed)
        exchange.answer = failure(error, self._assumed)
        return exchange


def _stopped(*, is_whole: bool) -> Unavailable:
    """Return the refusal of a call that was under way for too long when the server stopped."""
    if is_whole:
        return PerhapsDone(
            "the emulator stopped before it had answered, and cannot know whether this was carried out"
        )
    return Unavailable("the emulator stopped before the call had come in whole")


async def _read(head: Request, scope: Scope, receive: Receive) -> Request:
    """Return the request with its fields. A module that is not there is refused whatever its body is."""
    if head.module in MODULES:
        return await with_fields(head, scope, receive)
    if head.method in {"GET", "POST"}:
        with suppress(ApiError):
            return await with_fields(head, scope, receive)
    return head


def _sent_path(scope: Scope) -> bytes:
    path: bytes = scope.get("raw_path", scope["path"].encode())
    return path


def _counted(exchange: Exchange) -> tuple[str, str]:
    """Return module and action for the metrics. Unknown ones share a name, so that their number stays limited."""
    if exchange.action is not None:
        return exchange.action.module, exchange.action.name
    request = exchange.request
    action = request.fields.get("action")
    module = request.module if is_documented(request.module) else "other"
    known = isinstance(action, str) and (
        (module, action) in ACTIONS or action in NOT_EMULATED.get(module, ())
    )
    return module, str(action) if known else "other"
