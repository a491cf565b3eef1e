"""uvicorn's protocol, with the envelope for malformed HTTP and with timeouts for slow requests."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from invapi_emulator.errors import ApiError, TooSlow
from invapi_emulator.process.logs import FIELDS
from invapi_emulator.server.backlog import MOST_WAITING, AskingFlowControl, Backlog
from invapi_emulator.server.bodies_not_sent import close_if_not_asked_for
from invapi_emulator.server.coalescing_transport import CoalescingTransport
from invapi_emulator.server.heads import (
    MAX_HEAD,
    check_head,
    forwarded,
    too_large,
    with_host_of,
    without_upgrade,
)
from invapi_emulator.server.old_http import answer_without_chunks
from invapi_emulator.server.refusals import as_bytes, unreadable
from invapi_emulator.server.unread import Unread

# Each connection asks for its loggers. Tests in the same process may have replaced parts of `logging` by then.
_LOGGERS = {name: logging.getLogger(name) for name in ("uvicorn.error", "uvicorn.access")}
httptools_impl.logging = SimpleNamespace(getLogger=_LOGGERS.__getitem__)  # type: ignore[attr-defined, assignment] # all that it uses

_log = logging.getLogger("invapi_emulator.calls")

CONNECTION = "invapi_emulator.connection"
"""Key of the transport in a request's `extensions`."""

REFUSED = "invapi_emulator.refused"
"""Key that marks a request that was refused during its body; the application sees a disconnected client."""

MOST_PIECES = 1_000
"""Number of pieces of a body, such as chunks, that are read from a connection before others get their turn."""

Refusal: TypeAlias = Callable[[ApiError], tuple[int, Sequence[tuple[bytes, bytes]], bytes]]
"""Returns status, headers and body of the answer to a request that never reaches the application."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Maximum number of seconds for the head of a request, from there for its body, and to take an answer."""

    head: float
    body: float
    answer: float


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which refuses malformed and slow requests with the envelope (contract 1.4)."""

    def __init__(self, *arguments: Any, patience: Patience, refusal: Refusal, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.access_log = False  # it would go to any handler of the process, with tokens
        self._patience = patience
        self._refusal = refusal
        self._timer: asyncio.TimerHandle | None = None
        self._backlog = Backlog()
        self._next_turn: asyncio.Handle | None = None
        self._answered: RequestResponseCycle | None = None
        self._head_size = 0
        self._pieces = 0
        self._in_body = False
        self._last_word: ApiError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = AskingFlowControl(transport, self._may_read)
        self._unread = Unread(transport, self.loop, self._patience.answer, self._answer_is_unread)
        transport.set_write_buffer_limits(high=1, low=0)  # may pause at once: TLS has sent its tickets
        self._wait(self._patience.head, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._unread.end()
        self._backlog.clear()
        if self._answered is not None:  # uvicorn tells the last request alone that its client has left
            _tell_disconnected(self._answered)
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._last_word is None:
            self._backlog.add(data)
            self._parse_backlog()

    def _parse_backlog(self) -> None:
        """Parse until enough requests wait. What is left then waits for its turn, and nothing more is read."""
        self._unset_keepalive_if_required()
        self._pieces = 0
        while self._backlog and self._pieces <= MOST_PIECES and self._has_room():
            piece = self._backlog.take()
            self._head_size += len(piece)
            self._parse(piece)
            if self._head_size > MAX_HEAD and not self.transport.is_closing():
                self._refuse(too_large())
            if self._last_word is not None or self.transport.is_closing():
                self._backlog.clear()
                return
        if self._backlog or (self._pieces > MOST_PIECES and not self._is_idle()):
            self.flow.pause_reading()  # libuv reads on and on; an answer or the application resumes it
            self._parse_later()
        self._wait_for_rest()

    def _has_room(self) -> bool:
        """Return whether few requests wait, and the body that comes in is not too far ahead of its reader."""
        return len(self.pipeline) < MOST_WAITING and (
            self._is_idle() or len(self.cycle.body) <= HIGH_WATER_LIMIT
        )

    def _may_read(self) -> bool:
        """Return whether there is room for more. What has come already is parsed first."""
        if self._backlog:
            self._parse_later()
            return False
        return self._has_room() and not self.transport.is_closing()

    def _parse_later(self) -> None:
        """Give way to other connections. Then go on, if there is room: else, the next answer asks again."""
        if self._backlog and self._next_turn is None and self._has_room():
            self._next_turn = self.loop.call_soon(self._next)

    def _next(self) -> None:
        self._next_turn = None
        if self._backlog:
            self._parse_backlog()
            self.flow.resume_reading()

    def _wait_for_rest(self) -> None:
        """Limit the time for the rest of a request. Most come in whole, and need no timer."""
        if self._timer is not None or self._last_word is not None or self.transport.is_closing():
            return
        if self._in_body:
            self._wait(self._patience.body, self._body_is_late)
        elif self._is_idle():
            self._wait(self._patience.head, self._head_is_late)

    def _parse(self, unread: memoryview) -> None:
        """Read on, past each head that asks for another protocol, where the parser stops and drops the body."""
        try:
            while (stopped_at := self._fed(unread)) is not None:
                head = without_upgrade(self.parser, self.url, self.headers)
                self.parser = _new_parser(self)
                self.parser.feed_data(head)
                unread = unread[stopped_at:]
        except HttpParserError as problem:
            self._refuse(unreadable(problem))

    def _fed(self, data: memoryview) -> int | None:
        """Feed the parser. Return where it stopped, or None if it has read everything."""
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as stopped:
            return int(stopped.args[0])
        return None

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            return
        check_head(self.parser, self.url, self.headers)
        if not self.url.startswith(b"/"):
            self.headers[:] = with_host_of(self.url, self.headers)
        if self.config.proxy_headers:
            self.headers[:] = forwarded(self.headers)
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]
        super().on_headers_complete()
        self.cycle.transport = CoalescingTransport(self.transport, self.loop)  # type: ignore[assignment] # has all that an answer uses
        if self.parser.get_http_version() != "1.1":
            answer_without_chunks(self.cycle)
        if self.cycle.waiting_for_100_continue:
            close_if_not_asked_for(self.cycle)
        self.headers = []  # the parser puts trailers there, which may not change the head any more
        self._in_body = True
        self._stop_waiting()

    def on_body(self, body: bytes) -> None:
        self._head_size = 0
        self._pieces += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._head_size = 0
        self._in_body = False
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        was_last = not self.pipeline
        self.cycle.transport.flush()  # type: ignore[attr-defined] # a CoalescingTransport, see on_headers_complete
        super().on_response_complete()
        if was_last and self._last_word is not None and not self.transport.is_closing():
            self.transport.write(as_bytes(*self._refusal(self._last_word)))
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        self._unread.end()
        super().resume_writing()

    def _answer_is_unread(self) -> None:
        seconds, address = self._patience.answer, self.client and self.client[0]
        _log.info("cut off: %s has not read its answer for %g s", address, seconds)
        self.transport.abort()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr] # first: None

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _head_is_late(self) -> None:
        """Close. A client that has sent a part gets the reason. An earlier call is answered first."""
        if not self._is_idle():
            self._wait(self._patience.head, self._head_is_late)
        elif self._head_size == 0:
            self.transport.close()
        else:
            self._refuse(TooSlow(f"the head of the request did not come in within {self._patience.head:g} s"))

    def _body_is_late(self) -> None:
        """Refuse, unless the client sends what is not read yet since earlier calls wait."""
        if self.flow.read_paused:
            self._wait(self._patience.body, self._body_is_late)
        else:
            self._refuse(TooSlow(f"the body did not come in within {self._patience.body:g} s"))

    def _refuse(self, error: ApiError) -> None:
        """Answer instead of the application and close. Complete earlier calls are answered first."""
        self._stop_waiting()
        fields = {"reason": error.reason, "status": error.status, "address": self.client and self.client[0]}
        _log.info("no call: %s", error.message, extra={FIELDS: fields})
        if self._owes_answers():
            self._last_word = error
            return
        if not self.cycle.response_started if self._in_body else self._is_idle():
            self.transport.write(as_bytes(*self._refusal(error)))
        if not self._is_idle():
            self.cycle.scope["extensions"][REFUSED] = {}
            _tell_disconnected(self.cycle)
        self.transport.close()

    def _owes_answers(self) -> bool:
        """Return whether complete calls are unanswered. Drop an incomplete one that waits behind them."""
        if not self._in_body:
            return not self._is_idle()
        if not self.pipeline:
            return False
        self.pipeline.popleft()
        return True


def _tell_disconnected(cycle: RequestResponseCycle) -> None:
    cycle.disconnected = True
    cycle.message_event.set()


def _new_parser(protocol: Protocol) -> HttpRequestParser:
    """Return a parser as uvicorn makes it for each connection."""
    parser = HttpRequestParser(protocol)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser
