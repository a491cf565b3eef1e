"""An answer of a module, ready to be sent."""

from msgspec import Struct
from starlette.types import Receive, Scope, Send

from invapi_emulator.server.pieces import PIECE, send_in_pieces

REASON_HEADER = "X-Emulator-Reason"

RawHeaders = list[tuple[bytes, bytes]]

_ALWAYS = (
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", f"Retry-After, {REASON_HEADER}".encode()),
)
_REASON = REASON_HEADER.lower().encode()
_NO_CONTENT = 204


class Answer(Struct, weakref=True):
    """An answer: status, body and headers.

    `reason` says why a call was refused; it is None for a call that was not. `retry_after` is in seconds. `more` are
    headers that not every answer has. `text` is the body as text, if it has nothing to mask. `to_other_origins` lets web pages of any origin read it (contract 1.5).
    """

    body: bytes
    status: int = 200
    reason: str | None = None
    retry_after: int | None = None
    more: tuple[tuple[bytes, bytes], ...] = ()
    text: str | None = None
    to_other_origins: bool = True

    @property
    def headers(self) -> RawHeaders:
        """Return the headers to send, with names in lower case."""
        if self.status == _NO_CONTENT:
            return [*_ALWAYS[1:], *self.more]
        always = _ALWAYS if self.to_other_origins else _ALWAYS[:1]
        headers = [(b"content-length", b"%d" % len(self.body)), *always, *self.more]
        if self.reason is not None:
            headers.append((_REASON, self.reason.encode()))
        if self.retry_after is not None:
            headers.append((b"retry-after", b"%d" % self.retry_after))
        return headers

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        if len(self.body) > PIECE:
            await send_in_pieces(start, self.body, send)
            return
        await send(start)
        await send({"type": "http.response.body", "body": self.body})
