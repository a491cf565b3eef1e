"""How much work of one kind begins before other connections are served."""

import asyncio
from asyncio import sleep
from collections import deque
from collections.abc import Callable

LONGEST_TURN = 50_000
"""Microseconds after which a turn of the event loop begins no further work, so that other connections are served first."""

TURNS_OF_OTHERS = 15
"""Number of turns without such work after one that took too long. A request of another kind is answered within them."""

LONGEST_BURST = 5_000
"""Microseconds after which a turn begins no further request. The later parts of those that began run together."""


class Pace:
    """Lets work of one kind begin. `real_time` returns microseconds; `end_turn` is called when a turn with work ends."""

    def __init__(self, real_time: Callable[[], int], end_turn: Callable[[], object] = lambda: None) -> None:
        self._real_time = real_time
        self._end_turn = end_turn
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0

    async def begin(self) -> None:
        """Wait until the work may begin."""
        loop = asyncio.get_running_loop()
        now = self._real_time()
        while self._loop is loop and now - self._began > LONGEST_TURN:
            await sleep(0)
            now = self._real_time()
        if self._loop is not loop:
            self._loop, self._began = loop, now
            loop.call_soon(self._end)

    def _end(self) -> None:
        self._end_turn()
        self._give_way(TURNS_OF_OTHERS if self._real_time() - self._began > LONGEST_TURN else 0)

    def _give_way(self, turns: int) -> None:
        """Let work begin again once the event loop has gone round so many times."""
        if turns and self._loop is not None:
            self._loop.call_soon(self._give_way, turns - 1)
        else:
            self._loop = None


class Queue:
    """Lets requests begin until a turn of the event loop has taken too long. The others then begin one a turn, in order."""

    def __init__(self, real_time: Callable[[], int]) -> None:
        self._real_time = real_time
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began: int | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def begin(self) -> None:
        """Wait until the request may begin."""
        loop, now = asyncio.get_running_loop(), self._real_time()
        if self._loop is not loop:  # the former one has ended, with all that waited in it
            self._loop, self._began, self._waiting = loop, None, deque()
        if self._began is None:
            self._began = now
            loop.call_soon(self._end_turn)
        if self._waiting or now - self._began > LONGEST_BURST:
            place = loop.create_future()
            self._waiting.append(place)
            await place

    def _end_turn(self) -> None:
        assert self._loop is not None
        self._began = None
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():  # its client has not gone
                place.set_result(None)
                self._began = self._real_time()
                self._loop.call_soon(self._end_turn)
                return
