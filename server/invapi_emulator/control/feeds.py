"""Feeds of accounts: each event is read and rendered once for all the event streams that send it."""

import asyncio
from asyncio import sleep
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from invapi_emulator.control.account_watcher import AccountWatcher
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import DATABASE_LOST

MOST_STREAMS = 1_000
"""Maximum number of open event streams of a server, over all accounts."""

MOST_AT_ONCE = 500
"""Maximum number of events, and of calls, to read at a time."""

MOST_WAITING = 100
"""Maximum number of bundles that wait for a stream. A stream further behind reads the database itself."""


MOST_IN_A_TURN = 20
"""Number of streams that get their messages in a turn of the event loop. Each may copy a megabyte of them."""

MOST_READING = 4
"""Number of streams that read the database at a time. Each may read MOST_AT_ONCE events and calls."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a stream: the account's time of creation, and the last event and last call sent."""

    made_at: int
    event: int
    request: int

    def __str__(self) -> str:
        return f"{self.made_at:x}-{self.event}-{self.request}"

    def is_behind(self, other: "Place") -> bool:
        return self.event < other.event or self.request < other.request


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and the position of a stream after sending it."""

    place: Place
    text: bytes


class Follower:
    """A stream's queue of messages, and its position.

    A `lost` follower has missed messages and must read them from the database. An `ended` one gets no more.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.lost = True
        self.ended = False
        self._waiting: deque[Sequence[Message]] = deque()
        self._woken = asyncio.Event()

    def tell(self, news: Sequence[Message]) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.lost = True
        else:
            self._waiting.append(news)
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

    def take(self) -> list[Message]:
        """Empty the queue; return its messages that were not sent yet."""
        self._woken.clear()
        news = [
            message for bundle in self._waiting for message in bundle if self.place.is_behind(message.place)
        ]
        self._waiting.clear()
        if news:
            self.place = news[-1].place
        return news


Read: TypeAlias = Callable[[Database, int, Place], list[Message] | None]
"""Returns an account's messages after a place, or None if the account no longer exists."""


class _Feed:
    """The feed of one account, with its followers."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.followers: set[Follower] = set()
        self.task: asyncio.Task[None] | None = None


class Feeds:
    """The feeds of a server: one for each account with open streams."""

    def __init__(self, database: Database, lifecycle: Lifecycle, read: Read) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._news_since = read
        self._by_account: dict[int, _Feed] = {}
        self._count = 0
        self._reading = asyncio.Semaphore(MOST_READING)

    @contextmanager
    def room(self) -> Iterator[bool]:
        """Yield whether one more stream may open. If so, count it until the block ends."""
        if self._count >= MOST_STREAMS:
            yield False
            return
        self._count += 1
        try:
            yield True
        finally:
            self._count -= 1

    async def follow(self, account_id: int, place: Place, silence: float) -> AsyncIterator[list[Message]]:
        """Yield an account's messages after a place, until the account is removed.

        Yield an empty list after `silence` seconds without messages.
        """
        follower = Follower(place)
        self._join(account_id, follower)
        try:
            while not follower.ended:
                if follower.lost:
                    news = await self._read(account_id, follower)
                    if news is None:
                        return
                else:
                    await follower.wait(silence)
                    news = follower.take()
                if not (follower.lost or follower.ended) or news:
                    yield news
        finally:
            self._leave(account_id, follower)

    async def _read(self, account_id: int, follower: Follower) -> list[Message] | None:
        """Return the messages that a follower has missed. Once it has them all, it goes on with its queue."""
        async with self._reading:
            news = await self._messages_since(account_id, follower.place)
        if news is None:
            return None
        if news:
            follower.place = news[-1].place
        follower.lost = len(news) >= MOST_AT_ONCE
        return news

    async def _messages_since(self, account_id: int, place: Place) -> list[Message] | None:
        """Return the messages since a place, or None if the account or the database is gone."""
        try:
            return await self._database.call(partial(self._news_since, self._database, account_id, place))
        except DATABASE_LOST:
            return None

    def _join(self, account_id: int, follower: Follower) -> None:
        feed = self._by_account.get(account_id)
        if feed is None:
            feed = self._by_account[account_id] = _Feed(follower.place)
            feed.task = asyncio.create_task(self._feed(account_id, feed), name=f"feed of {account_id}")
        feed.followers.add(follower)

    def _leave(self, account_id: int, follower: Follower) -> None:
        feed = self._by_account.get(account_id)
        if feed is None or follower not in feed.followers:
            return
        feed.followers.discard(follower)
        if not feed.followers:
            assert feed.task is not None
            feed.task.cancel()
            del self._by_account[account_id]

    async def _feed(self, account_id: int, feed: _Feed) -> None:
        """Read messages as they arise, and queue them for all followers."""
        try:
            with AccountWatcher(self._database.notifications, account_id) as watcher:
                more = True
                while self._lifecycle.ready:
                    if more or await watcher.wait():
                        news = await self._messages_since(account_id, feed.place)
                        if news is None:
                            return
                        await self._tell(feed, news)
                        more = len(news) >= MOST_AT_ONCE
        finally:
            if self._by_account.get(account_id) is feed:
                del self._by_account[account_id]
            for follower in feed.followers:
                follower.end()

    async def _tell(self, feed: _Feed, news: Sequence[Message]) -> None:
        """Queue messages for some followers, and for the next ones when those have sent them.

        One that joins meanwhile reads them from the database.
        """
        if not news:
            return
        feed.place = news[-1].place
        for number, follower in enumerate(tuple(feed.followers), 1):
            follower.tell(news)
            if number % MOST_IN_A_TURN == 0:
                await sleep(0)
