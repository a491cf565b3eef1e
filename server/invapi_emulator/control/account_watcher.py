"""Wait for changes of an account."""

import asyncio
from asyncio import sleep
from types import TracebackType
from typing import Self

from invapi_emulator.storage.notifications import Notifications

LOOKS_EVERY_SECONDS = 5
"""Interval of looking without a notification. A notification can be lost with the server that had it."""

GATHERS_SECONDS = 0.1
"""Time to gather changes before one look. With 1,000 calls a second, a look for each would slow them."""

WAKES_EVERY_SECONDS = 0.25
"""Longest time that `wait` takes, so that the caller can check whether to stop."""


class AccountWatcher:
    """Notice changes of an account, on any server. Use it as `with AccountWatcher(…) as watcher`."""

    def __init__(self, notifications: Notifications, account_id: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        self._silent = 0.0
        self._leave = notifications.listen(account_id, self._hear)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    async def wait(self) -> bool:
        """Wait for a moment. Return whether to look: after a notification, or a long time without one."""
        try:
            async with asyncio.timeout(WAKES_EVERY_SECONDS):
                await self._told.wait()
            await sleep(GATHERS_SECONDS)
        except TimeoutError:
            self._silent += WAKES_EVERY_SECONDS
        is_time = self._told.is_set() or self._silent >= LOOKS_EVERY_SECONDS
        if is_time:
            self._told.clear()
            self._silent = 0
        return is_time

    def _hear(self, _account_id: int) -> None:
        if not self._told.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)
