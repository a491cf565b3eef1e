"""Clients that do not read their answers: they hold memory and a connection, so they are cut off."""

import asyncio
from collections.abc import Callable

LEAST = 64 * 1024
"""Number of bytes that a client must take of a waiting answer within its time, unless less is left."""


class Unread:
    """What a connection still has to send. `begin` when the system takes no more of it, `end` once it has all."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        give_up: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._seconds = seconds
        self._give_up = give_up
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.end()
        self._left = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(self._seconds, self._look)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        if self._left - self._transport.get_write_buffer_size() < LEAST:
            self._give_up()
        else:
            self.begin()
