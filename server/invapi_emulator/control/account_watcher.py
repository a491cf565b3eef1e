"""Waiting for news of an account."""

import asyncio
from types import TracebackType
from typing import Self

from invapi_emulator.storage.notifications import Notifications

LOOKS_EVERY_SECONDS = 5
"""How often to look though nothing was told: news can be lost with the server that had them."""

GATHERS_SECONDS = 0.1
"""What happens within this time is looked at together: a look for each of a thousand calls a second would slow them."""

WAKES_EVERY_SECONDS = 0.25
"""How often the one who waits gets to see whether it is still wanted."""


class AccountWatcher:
    """Sees when something happens in an account, on whichever server; used as `with AccountWatcher(…) as watcher`."""

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
        """Wait for a moment; return whether to look, because of news or because there were none for long."""
        try:
            async with asyncio.timeout(WAKES_EVERY_SECONDS):
                await self._told.wait()
            await asyncio.sleep(GATHERS_SECONDS)
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
