"""Sending a large answer in pieces, so that the connection holds no copy of it."""

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

PIECE = 64 * 1024
"""Number of bytes that are given to a connection at a time. The system takes them before the next ones."""


async def send_in_pieces(start: Message, body: bytes, send: Send) -> None:
    """Send an answer. Return once the system has all of it, or the client has gone."""
    await send(start)
    for at in range(0, len(body), PIECE):
        await send({"type": "http.response.body", "body": body[at : at + PIECE], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class InPieces(Response):
    """A response that is sent in pieces. Many that are not read share one body."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send_in_pieces(start, bytes(self.body), send)
