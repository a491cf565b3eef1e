"""What a connection has sent and is not parsed yet.

A parsed request costs a hundred times its bytes. So few requests of a connection are parsed while others wait, and
the rest stays unparsed.
"""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.flow_control import FlowControl

MOST_WAITING = 16
"""Number of parsed requests that may wait behind the one that is answered. With so many, nothing more is parsed."""

PIECE = 256
"""Minimum number of bytes that are parsed at once, if there are as many: at most 16 heads, of 18 bytes or more."""

_END_OF_HEAD = b"\r\n\r\n"


class Backlog:
    """Bytes in the order in which they came. It is true while there are any."""

    def __init__(self) -> None:
        self._data = b""
        self._begin = 0

    def __bool__(self) -> bool:
        return self._begin < len(self._data)

    def add(self, data: bytes) -> None:
        self._data, self._begin = self._data[self._begin :] + data, 0

    def take(self) -> memoryview:
        """Remove and return a piece. It ends behind a head, or is everything: a long body is one piece."""
        found = self._data.find(_END_OF_HEAD, self._begin + PIECE)
        end = len(self._data) if found < 0 else found + len(_END_OF_HEAD)
        piece = memoryview(self._data)[self._begin : end]
        self._begin = end
        if not self:
            self.clear()
        return piece

    def clear(self) -> None:
        self._data, self._begin = b"", 0


class AskingFlowControl(FlowControl):
    """uvicorn's flow control, which asks before it reads on.

    uvicorn reads on with each answer, and whenever an application receives, however many requests wait.
    """

    def __init__(self, transport: asyncio.Transport, may_read: Callable[[], bool]) -> None:
        super().__init__(transport)
        self._may_read = may_read

    def resume_reading(self) -> None:
        if self.read_paused and self._may_read():
            super().resume_reading()
