"""Queues of units of work on PostgreSQL, one for each account: what comes while a group is under way is the next group."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.database import AccountBusy

T = TypeVar("T")

MOST_TOGETHER = 32
"""Maximum number of units in a group, for which other servers wait."""

RunGroup = Callable[[Sequence[PendingUnit[Any]], bool], None]
"""Runs some units of one account and ends each of them; whether to wait for other servers is said with them."""


class AccountQueues:
    """The units that wait; an account with a queue, even an empty one, has a group under way."""

    def __init__(self, threads: Executor, run_group: RunGroup) -> None:
        self._threads = threads
        self._run_group = run_group
        self._queues: dict[int | None, list[_Entry]] = {}

    async def outcome(self, unit: PendingUnit[T], *, wait: bool) -> T:
        """Return what a unit returns once it is committed; raises AccountBusy if it is not to `wait` for others."""
        entry = _Entry(unit)
        queue = self._queues.get(unit.account_id)
        if queue is None:
            self._queues[unit.account_id] = []
            self._start([entry], wait)
        elif wait:
            queue.append(entry)
        else:
            raise AccountBusy(unit.account_id)
        await entry.ended
        return unit.outcome()

    def _start(self, group: list["_Entry"], wait: bool) -> None:  # noqa: FBT001 - handed on by place
        units = [entry.unit for entry in group]
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._run_group, units, wait)
        running.add_done_callback(lambda done: self._finish(group, done.exception()))

    def _finish(self, group: list["_Entry"], mistake: BaseException | None) -> None:
        """Tell those who wait for a group, and start the next one."""
        for entry in group:
            if mistake is not None:
                entry.unit.end(mistake)
            if not entry.ended.done():
                entry.ended.set_result(None)
        account_id = group[0].unit.account_id
        waiting = self._queues.pop(account_id)
        if waiting:
            self._queues[account_id] = waiting[MOST_TOGETHER:]
            self._start(waiting[:MOST_TOGETHER], True)


class _Entry:
    def __init__(self, unit: PendingUnit[Any]) -> None:
        self.unit = unit
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
