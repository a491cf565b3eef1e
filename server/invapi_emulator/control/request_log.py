"""Log one line for each request to the control API.

Read-only requests are logged at level debug. A refusal whose flag is told, and a 503, is a warning.
"""

import logging
import re
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invapi_emulator.clock import RealTime
from invapi_emulator.process.generated_words import without_generated
from invapi_emulator.process.logs import FIELDS, shortened, word
from invapi_emulator.process.request_ids import REQUEST_ID_HEADER, RequestIds
from invapi_emulator.process.secret_words import MASK

_log = logging.getLogger("invapi_emulator.control")
_READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
_HINT = "invapi_emulator.hint"
_SHOWN = 200
"""Maximum number of characters of a path in the log."""

_ACCOUNT = re.compile(r"(?<=/accounts/)[^/]+")
_OF_ACCOUNTS = frozenset({409, 422})
"""Statuses of refusals that come from an account that there is."""


class RequestLog:
    """Middleware that gives each request an id, and logs it as soon as the status is known."""

    def __init__(self, app: ASGIApp, ids: RequestIds, real_time: RealTime) -> None:
        self._app = app
        self._ids = ids
        self._real_time = real_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._ids.next(Headers(scope=scope).get(REQUEST_ID_HEADER))
        started_at = self._real_time()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
                _log_request(scope, request_id, message["status"], self._real_time() - started_at, self._ids)
            await send(message)

        await self._app(scope, receive, sent)


def note_hint(scope: Scope, hint: str | None) -> None:
    """Note what the log is to say about the refusal of a request: the flag that opens the control API to it."""
    if hint is not None:
        scope[_HINT] = hint


def _log_request(scope: Scope, request_id: str, status: int, duration_us: int, ids: RequestIds) -> None:
    method, path = scope["method"], _shown(ids.shown(scope["path"]), status)
    client = scope.get("client")
    fields = {
        "request_id": without_generated(ids.shown(request_id)),
        "method": method,
        "path": path,
        "status": status,
        "ms": round(duration_us / 1000, 2),
        "address": without_generated(ids.shown(client[0])) if client else None,
    }
    hint = f": {without_generated(ids.shown(scope[_HINT]))}" if _HINT in scope else ""
    level = logging.WARNING if hint or status == HTTPStatus.SERVICE_UNAVAILABLE else _level(method)
    _log.log(level, "%s %s%s", word(method), word(path), hint, extra={FIELDS: fields})


def _level(method: str) -> int:
    return logging.DEBUG if method in _READ_ONLY else logging.INFO


def _shown(path: str, status: int) -> str:
    """Return a path without what may be a secret. An account that was not found may be one in the wrong place."""
    found = status < HTTPStatus.BAD_REQUEST or status in _OF_ACCOUNTS
    return shortened(without_generated(path if found else _ACCOUNT.sub(MASK, path)), _SHOWN)
