"""Sending an answer as a fault wants it: late, slowly, in part, or not at all.

All waiting is in real time. No transaction is open meanwhile.
"""

import asyncio
import logging
import socket
import struct
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from invapi_emulator.api.answer import Answer
from invapi_emulator.engine.faults.fault import Cut, Reply
from invapi_emulator.server.http_protocol import CONNECTION

_log = logging.getLogger(__name__)

TICKS_PER_SECOND = 10
"""Number of pieces a second in which a body trickles."""

_RESET_AT_ONCE = struct.pack("ii", 1, 0)

_WITHOUT_CONNECTION: dict[Cut, type[ConnectionError]] = {
    "reset": ConnectionResetError,
    "close": ConnectionAbortedError,
}
"""What is raised in a test over ASGI, and to a server whose connections cannot be reached."""


def seconds_of(reply: Reply) -> float:
    """Return how long the fault keeps the answer on its way."""
    trickle = len(reply.body) / reply.bytes_per_second if reply.bytes_per_second else 0
    return reply.delay + trickle


async def deliver(answer: Answer, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        if reply.delay and not await _client_waits(receive, reply.delay):
            return
    except asyncio.CancelledError:
        _log.debug("the server stops: a late answer goes at once")
    if reply.cut is not None:
        await cut(scope, receive, reply.cut)
        return
    if reply.share == 1 and reply.bytes_per_second is None:
        await answer(scope, receive, send)
        return
    body = answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if reply.bytes_per_second is not None:
        await _trickle(body, reply.bytes_per_second, receive, send)
        return
    sent = body[: int(len(body) * reply.share)]
    await send({"type": "http.response.body", "body": sent, "more_body": True})
    await cut(scope, receive, "close")


async def _trickle(body: bytes, bytes_per_second: int, receive: Receive, send: Send) -> None:
    size = max(1, bytes_per_second // TICKS_PER_SECOND)
    sent = 0
    while len(body) - sent > size:
        try:
            if not await _client_waits(receive, size / bytes_per_second):
                return
        except asyncio.CancelledError:  # the server stops: the rest is sent at once
            break
        await send({"type": "http.response.body", "body": body[sent : sent + size], "more_body": True})
        sent += size
    await send({"type": "http.response.body", "body": body[sent:], "more_body": False})


async def _client_waits(receive: Receive, seconds: float) -> bool:
    """Wait. Return False as soon as the client has left."""
    try:
        async with asyncio.timeout(seconds):
            await _gone(receive)
    except TimeoutError:
        return True
    return False


async def cut(scope: Scope, receive: Receive, how: Cut) -> None:
    """End the connection: reset it and drop what is unsent, or close it once everything is sent.

    Raise ConnectionResetError or ConnectionAbortedError where no connection can be reached.
    """
    transport = _transport(scope, receive)
    if transport is None:
        raise _WITHOUT_CONNECTION[how]("a fault rule ends this connection, which only its server can reach")
    if how == "reset":
        with suppress(OSError, ValueError):  # the client has left, and the socket is closed
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        transport.abort()
    else:
        transport.close()
    await _gone(receive)


def _transport(scope: Scope, receive: Receive) -> asyncio.Transport | None:
    """Return the connection, or None without one, or if a server other than uvicorn has it.

    ASGI has no word for it. uvicorn's `receive` is a method of an object that knows it, in any application around this one.
    """
    found: asyncio.Transport | None = scope.get("extensions", {}).get(CONNECTION)
    return found or getattr(getattr(receive, "__self__", None), "transport", None)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
