"""How much work of one kind begins before other connections are served."""

import asyncio
from asyncio import sleep
from collections import deque
from collections.abc import Callable

from invapi_emulator.process.rota import Rota

LONGEST_TURN = 50_000
"""Microseconds after which a turn of the event loop begins no further work, so that other connections are served first."""

TURNS_OF_OTHERS = 15
"""Number of turns without such work after one that took too long. A request of another kind is answered within them."""

LONGEST_BURST = 5_000
"""Microseconds after which a turn begins no further request. The later parts of those that began run together."""


async def give_way() -> None:
    """Let others go on between two steps of long work: as many turns as the answer to a request takes."""
    for _ in range(TURNS_OF_OTHERS):
        await sleep(0)


class Pace:
    """Lets work of one kind begin. `real_time` returns microseconds; `end_turn` is called when a turn with work ends."""

    def __init__(self, real_time: Callable[[], int], end_turn: Callable[[], object] = lambda: None) -> None:
        self._real_time = real_time
        self._end_turn = end_turn
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began: int | None = None
        self._is_resting = False
        self._first, self._behind = Rota[object](), Rota[object]()
        self._one_behind_began = False

    async def begin(self, owner: object, *, behind: bool = False) -> None:
        """Wait until the work may begin. Owners take turns. Work `behind` the other lets it go first, but for one in each turn."""
        loop, place = asyncio.get_running_loop(), object()
        if self._loop is not loop:  # the former one has ended, with all that waited in it
            self._loop, self._began, self._is_resting = loop, None, False
            self._first, self._behind = Rota[object](), Rota[object]()
        line = self._behind if behind else self._first
        line.add(owner, place)
        try:
            # An event for each turn would wake all of them too.
            while (  # noqa: ASYNC110
                not line.is_first(owner, place) or self._is_over() or (behind and self._must_let_go_first())
            ):
                await sleep(0)
        finally:
            line.remove(owner, place)
        self._one_behind_began = self._one_behind_began or behind
        if self._began is None:
            self._began = self._real_time()
            loop.call_soon(self._end)

    def _must_let_go_first(self) -> bool:
        return self._one_behind_began and bool(self._first)

    def _is_over(self) -> bool:
        """Return whether no work may begin in this turn."""
        if self._began is None:
            return self._is_resting
        return self._real_time() - self._began > LONGEST_TURN

    def _end(self) -> None:
        self._end_turn()
        self._is_resting = self._is_over()
        self._began, self._one_behind_began = None, False
        if self._is_resting:
            self._rest(TURNS_OF_OTHERS)

    def _rest(self, turns: int) -> None:
        """Let work begin again once the event loop has gone round so many times."""
        assert self._loop is not None
        if turns:
            self._loop.call_soon(self._rest, turns - 1)
        else:
            self._is_resting = False


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
