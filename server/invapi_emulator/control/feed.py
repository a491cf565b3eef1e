"""The feed of an account: its newest messages, for the event streams that have not sent them yet."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from invapi_emulator.control.messages import Message, Place

PIECE = 16 * 1024
"""Number of bytes that a stream is given at a time, or one message. The system takes them before the next ones."""


class Follower:
    """A stream's position. An `ended` one gets no more messages."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ended = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self.ended = True
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Wait until there are messages, at most this number of seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def listen(self) -> None:
        """Wait, from now on, for what comes next."""
        self._woken.clear()


class Feed:
    """The feed of one account, with its followers and its newest messages: those after `start`, up to `place`.

    It has none of the calls up to the number `cleared`.
    """

    def __init__(self, place: Place, cleared: int) -> None:
        self.place = self.start = place
        self._cleared = cleared
        self.followers: set[Follower] = set()
        self.task: asyncio.Task[None] | None = None
        self._messages: list[Message] = []
        self._size = 0

    def add(self, news: Sequence[Message], most: int) -> None:
        self._messages.extend(news)
        self._size += sum(len(each.text) for each in news)
        self.place = news[-1].place
        self.trim(most)

    def trim(self, most: int) -> None:
        """Drop the oldest messages, so that at most this number of bytes stays."""
        size, count = self._size, 0
        while size > most:
            size -= len(self._messages[count].text)
            count += 1
        self._drop(count)

    def forget(self, cleared: int) -> None:
        """Drop the calls up to this number, which were cleared. A stream that has not sent them reads the database."""
        if cleared > self._cleared:
            self._cleared = cleared
            self._drop(bisect_right(self._messages, cleared, key=lambda each: each.place.request))

    def _drop(self, count: int) -> None:
        if count:
            self.start = self._messages[count - 1].place
            self._size -= sum(len(each.text) for each in self._messages[:count])
            del self._messages[:count]

    def after(self, place: Place) -> list[Message] | None:
        """Return a piece of the messages after a place, or None if the feed no longer has the first of them.

        None too for a stream that has read the database and got there by another order: the first message that it lacks comes
        before some that it has.
        """
        if place.is_behind(self.start):
            return None
        first = bisect_left(self._messages, True, key=lambda each: place.is_behind(each.place))
        found = piece_of(self._messages[first : first + PIECE // 64])
        return None if found and found[0].place.is_behind(place) else found


def piece_of(messages: Sequence[Message]) -> list[Message]:
    """Return the first messages: as many as PIECE has room for, and at least one."""
    size, found = 0, list[Message]()
    for each in messages:
        size += len(each.text)
        if found and size > PIECE:
            break
        found.append(each)
    return found
