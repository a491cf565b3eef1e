"""Feeds of accounts: each event is read and rendered once for all the event streams that send it."""

import asyncio
from asyncio import sleep
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

from invapi_emulator.control.account_watcher import AccountWatcher
from invapi_emulator.control.feed import Feed, Follower, piece_of
from invapi_emulator.control.messages import Message, News, Place, gap
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import DATABASE_LOST

MOST_STREAMS = 1_000
"""Maximum number of open event streams of a server, over all accounts."""

MOST_AT_ONCE = 100
"""Maximum number of events, and of calls, that a feed reads at a time."""

MOST_MISSED_AT_ONCE = 8
"""Maximum number of events, and of calls, that a stream reads at a time which the feed no longer has."""

MOST_HELD = 32 * 1024 * 1024
"""Number of bytes that all feeds hold together for streams that have not sent them. Each has an equal part."""

MOST_OF_A_FEED = 4 * 1024 * 1024
LEAST_OF_A_FEED = 64 * 1024

MOST_IN_A_TURN = 20
"""Number of streams that are woken in a turn of the event loop."""

MOST_READING = 4
"""Number of streams that read the database at a time."""


Read: TypeAlias = Callable[[Database, int, Place, int], News | None]
"""Returns an account's news after a place, of so many events and calls; None if the account no longer exists."""


class Feeds:
    """The feeds of a server: one for each account with open streams."""

    def __init__(self, database: Database, lifecycle: Lifecycle, read: Read) -> None:
        self._database = database
        self._lifecycle = lifecycle
        self._news_since = read
        self._by_account: dict[int, Feed] = {}
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

    async def follow(
        self, account_id: int, place: Place, cleared: int, silence: float
    ) -> AsyncIterator[list[Message]]:
        """Yield an account's messages after a place, until the account is removed.

        Its calls up to the number `cleared` were cleared. Yield an empty list after `silence` seconds without messages.
        """
        follower = Follower(place)
        feed = self._join(account_id, follower, cleared)
        try:
            while not follower.ended:
                follower.listen()
                news = feed.after(follower.place)
                if news is None:
                    news = await self._missed(account_id, follower.place, feed.start)
                    if news is None:
                        return
                elif not news:
                    await follower.wait(silence)
                    news = feed.after(follower.place)
                    if news is None:
                        continue
                if news:
                    follower.place = news[-1].place
                yield news
        finally:
            self._leave(account_id, follower)

    async def _missed(self, account_id: int, place: Place, start: Place) -> list[Message] | None:
        """Return a piece of the messages that the feed, which starts later, no longer has. Those that are not stored are a gap."""
        await sleep(0)  # a database in this process answers at once, and so may the connection
        async with self._reading:
            news = await self._since(account_id, place, MOST_MISSED_AT_ONCE)
        if news is None:
            return None
        return piece_of(news.messages) or [gap(start)]

    async def _since(self, account_id: int, place: Place, most: int) -> News | None:
        """Return the news since a place, or None if the account or the database is gone."""
        try:
            return await self._database.call(
                partial(self._news_since, self._database, account_id, place, most)
            )
        except DATABASE_LOST:
            return None

    def _join(self, account_id: int, follower: Follower, cleared: int) -> Feed:
        feed = self._by_account.get(account_id)
        if feed is None:
            feed = self._by_account[account_id] = Feed(follower.place, cleared)
            feed.task = asyncio.create_task(self._feed(account_id, feed), name=f"feed of {account_id}")
            for each in self._by_account.values():
                each.trim(self._part)
        feed.forget(cleared)
        feed.followers.add(follower)
        return feed

    @property
    def _part(self) -> int:
        """The number of bytes that a feed may hold."""
        part = MOST_HELD // max(1, len(self._by_account))
        return max(LEAST_OF_A_FEED, min(MOST_OF_A_FEED, part))

    def _leave(self, account_id: int, follower: Follower) -> None:
        feed = self._by_account.get(account_id)
        if feed is None or follower not in feed.followers:
            return
        feed.followers.discard(follower)
        if not feed.followers:
            assert feed.task is not None
            feed.task.cancel()
            del self._by_account[account_id]

    async def _feed(self, account_id: int, feed: Feed) -> None:
        """Read messages as they arise, and queue them for all followers."""
        try:
            with AccountWatcher(self._database.notifications, account_id) as watcher:
                more = True
                while self._lifecycle.ready:
                    if more or await watcher.wait():
                        news = await self._since(account_id, feed.place, MOST_AT_ONCE)
                        if news is None:
                            return
                        feed.forget(news.cleared)
                        await self._tell(feed, news.messages)
                        more = len(news.messages) >= MOST_AT_ONCE
                        await sleep(0)
        finally:
            if self._by_account.get(account_id) is feed:
                del self._by_account[account_id]
            for follower in feed.followers:
                follower.end()

    async def _tell(self, feed: Feed, news: Sequence[Message]) -> None:
        """Wake some followers for messages, and the next ones when those have sent them."""
        if not news:
            return
        feed.add(news, self._part)
        for number, follower in enumerate(tuple(feed.followers), 1):
            follower.wake()
            if number % MOST_IN_A_TURN == 0:
                await sleep(0)
