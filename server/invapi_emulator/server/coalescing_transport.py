"""Send the head of an answer together with its body."""

import asyncio

_GO_ON = b"HTTP/1.1 100 "
"""Start of the reply to `Expect: 100-continue`. It is not the head of an answer."""


class CoalescingTransport:
    """A transport for one answer. uvicorn writes head and body separately, which costs two system calls.

    A head without an immediate body, such as that of a stream, is sent alone.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self._alone: asyncio.Handle | None = None
        self._has_begun = False

    def write(self, data: bytes) -> None:
        if self._head is not None:
            self._send(self._head + data)
        elif self._has_begun or data.startswith(_GO_ON):
            self._send(data)
        else:
            self._has_begun, self._head = True, data
            self._alone = self._loop.call_soon(self._send, data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send a waiting head without a body."""
        if self._head is not None:
            self._send(self._head)

    def _send(self, data: bytes) -> None:
        self._head = None
        if self._alone is not None:
            self._alone.cancel()
        if not self._transport.is_closing():  # uvloop raises where a client has hung up just now
            self._transport.write(data)
