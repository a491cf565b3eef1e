"""Waiting for news of an account."""

import asyncio
from types import TracebackType
from typing import Self

from invapi_emulator.storage.notices import Notices

LOOKS_EVERY_SECONDS = 5
"""How often to look though nothing was told: news can be lost with the server that had them."""

GATHERS_SECONDS = 0.05
"""What happens within so long is looked at together: a look for each of a thousand calls a second would slow them."""

WAKES_EVERY_SECONDS = 0.25
"""How often who waits is asked whether it still wants to."""


class Bell:
    """Rings when something happens in an account, on whichever server; used as `with Bell(…) as bell`."""

    def __init__(self, notices: Notices, account_id: int) -> None:
        self._account_id = account_id
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._silent = 0.0
        self._leave = notices.listen(self._hear)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    async def wait(self) -> bool:
        """Wait for a moment; answer whether to look, because it rang, or did not for long."""
        try:
            async with asyncio.timeout(WAKES_EVERY_SECONDS):
                await self._rung.wait()
            await asyncio.sleep(GATHERS_SECONDS)
        except TimeoutError:
            self._silent += WAKES_EVERY_SECONDS
        is_time = self._rung.is_set() or self._silent >= LOOKS_EVERY_SECONDS
        if is_time:
            self._rung.clear()
            self._silent = 0
        return is_time

    def _hear(self, account_id: int) -> None:
        if account_id == self._account_id and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)
