"""The worker: it sleeps until a task falls due, and settles it.

No answer depends on it, because every call settles its account first. But streams and pages see things happen in time,
and its heartbeat tells after a kill until when the server lived.
"""

import asyncio
import logging
import threading
from collections.abc import Iterable
from functools import partial

from invapi_emulator.domain.accounts import DEMO
from invapi_emulator.domain.due_queue import DueQueue
from invapi_emulator.domain.instants import LATEST, MINUTE, SECOND, Instant
from invapi_emulator.engine.tasks.settle import settle_due
from invapi_emulator.process.pace import give_way
from invapi_emulator.storage import accounts, heartbeat, next_changes, task_lists
from invapi_emulator.storage.database import AccountBusy, AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST, why_lost
from invapi_emulator.storage.notifications import Notifications
from invapi_emulator.storage.unit_of_work import UnitOfWork

_log = logging.getLogger(__name__)

HEARTBEAT = SECOND
"""Interval of the heartbeat of a server with a lasting database; also the longest sleep."""

ROUND = 5 * SECOND
"""Interval at which all accounts are looked at, if several servers share a database."""

LAST_RETRY = 5 * SECOND
"""The longest pause before the next try to reach a lost database."""

_MOST_REMOVED = 100
"""Maximum number of unused accounts that are removed between two heartbeats."""

_FIRST_RETRY = SECOND // 10
_BUSY = SECOND // 20
"""Time until an account that another server or call holds is looked at again."""

_MOMENT = SECOND // 50
"""The shortest sleep. Tasks that fall due within it take effect together."""


class Worker:
    """Settles the tasks of a database, and removes accounts that were unused for `account_ttl` microseconds; 0 keeps all.

    A worker that does not settle leaves tasks to other servers, and only writes the heartbeat.

    It knows when each account is next due, and reads an account only when it is told of a change. It looks at all
    accounts at intervals, for tasks that a killed server left.
    """

    def __init__(self, database: Database, account_ttl: Instant = 0, *, settles: bool = True) -> None:
        self._database = database
        self._account_ttl = account_ttl
        self._settles = settles
        self._woken = asyncio.Event()
        self._due: DueQueue[int] = DueQueue()
        self._touched: set[int] = set()
        self._round_at: Instant = 0
        self._beat_at: Instant = 0
        self._removal_at: Instant = 0
        self._missed_beats = 0
        self._why = ""

    @property
    def problem(self) -> str | None:
        """The reason why it cannot tell other servers that this one is alive, if it has failed more than once."""
        return self._why if self._missed_beats > 1 else None

    def wake(self, account_id: int | None = None) -> None:
        """Look at an account again, whose due time may have changed; without one, at all accounts."""
        if account_id is None:
            self._round_at = 0
        else:
            self._touched.add(account_id)
        self._woken.set()

    def listen(self, notifications: Notifications) -> None:
        """Wake when a call, here or on another server, may have moved a due time nearer."""
        loop, here = asyncio.get_running_loop(), threading.get_ident()

        def hear(account_id: int) -> None:
            if threading.get_ident() == here:
                self.wake(account_id)
            elif not loop.is_closed():
                loop.call_soon_threadsafe(self.wake, account_id)

        notifications.listen_for_due(hear)

    async def run(self) -> None:
        """Work until cancelled. Try a lost database again after growing pauses."""
        lost = 0
        while True:
            self._woken.clear()
            try:
                pause = await self._work()
                if lost:
                    _log.info("the worker goes on: the database takes what is written again")
                lost = 0
            except DATABASE_LOST as problem:
                self._why = f"the emulator {why_lost(problem)}"
                if not lost:
                    _log.error("the worker waits: %s", self._why)
                pause, self._round_at = min(_FIRST_RETRY << min(lost, 10), LAST_RETRY), 0
                lost += 1
            except Exception as problem:  # noqa: BLE001 - without the worker no clock would know when the server last lived
                self._why = f"its worker fails: {type(problem).__name__}"
                _log.exception("the worker goes on after a mistake of its own")
                pause, self._round_at = HEARTBEAT, 0
            await _sleep(self._woken, pause)

    async def _work(self) -> Instant:
        """Settle what is due. Return the time until something is due next."""
        self._missed_beats += 1
        real_now = await self._database.call(self._look_and_beat)
        self._missed_beats = 0
        while (account_id := self._due.take(real_now)) is not None:
            await self._settle_account(account_id, real_now)
        if self._account_ttl and real_now >= self._removal_at:
            self._removal_at = real_now + HEARTBEAT
            await self._remove_unused(real_now - self._account_ttl - MINUTE)
        await self._clear_away()
        first_at = self._due.first_at()
        return HEARTBEAT if first_at is None else min(max(first_at - real_now, _MOMENT), HEARTBEAT)

    def _look_and_beat(self) -> Instant:
        """Read when the changed accounts are due, and write the heartbeat at its interval. Return the real time."""
        self._database.stay_member()
        with self._database.read() as tx:
            real_now = self._database.real_now(tx)
            if self._settles and real_now >= self._round_at:
                self._touched, self._due = set(), DueQueue()
                self._note(next_changes.next_changes(tx))
                self._database.former_worlds.update(task_lists.with_former_ones(tx))
                self._round_at = real_now + ROUND if self._database.shared else LATEST
            elif self._settles and self._touched:
                touched, self._touched = self._touched, set()
                self._note(next_changes.next_changes_of(tx, touched), touched)
        if real_now >= self._beat_at:
            if self._database.durable:
                self._beat(real_now)
            self._beat_at = (
                real_now + HEARTBEAT
            )  # not before it is written: a lost database is tried with each round
        return real_now

    def _note(self, changes: next_changes.NextChanges, among: Iterable[int] = ()) -> None:
        """Note when accounts are due next. Accounts `among` the searched ones without a change are not due."""
        for account_id in among:
            self._due.set(account_id, None)
        for account_id, (clock, at) in changes.items():
            self._due.set(account_id, clock.real_time_of(at))

    def _beat(self, real_now: Instant) -> None:
        with self._database.transaction() as tx:
            heartbeat.say_alive(tx, real_now)

    async def _settle_account(self, account_id: int, real_now: Instant) -> None:
        """Settle a batch of an account's tasks, and read when the next one is due.

        An account that is held is skipped: its holder settles it, a call or another server's worker.
        """
        try:
            await self._database.run(account_id, _settle, wait=False)
        except AccountGone:
            return
        except AccountBusy:
            self._due.set(account_id, real_now + _BUSY)
            return
        self._note(await self._database.call(lambda: self._next_change(account_id)))

    def _next_change(self, account_id: int) -> next_changes.NextChanges:
        with self._database.read() as tx:
            return next_changes.next_changes_of(tx, [account_id])

    async def _remove_unused(self, since: Instant) -> None:
        """Remove accounts that were not used since then, one by one. Calls get their turn in between."""
        for account_id in await self._database.call(partial(self._unused_ids, since)):
            await self._database.call(partial(self._remove_if_unused, account_id, since))
            await give_way()

    def _unused_ids(self, since: Instant) -> list[int]:
        with self._database.read() as tx:
            return accounts.unused_ids(tx, since, DEMO, _MOST_REMOVED)

    def _remove_if_unused(self, account_id: int, since: Instant) -> None:
        with self._database.transaction() as tx:
            was_removed = accounts.remove_unused(tx, account_id, since)
        if was_removed:
            self._database.evict([account_id])

    async def _clear_away(self) -> None:
        """Remove the rests of former worlds in steps. Calls get their turn in between. An account that is held waits."""
        for account_id in tuple(self._database.former_worlds):
            while await self._database.call(partial(self._clear, account_id)):
                await give_way()
            await give_way()

    def _clear(self, account_id: int) -> bool:
        """Remove some tasks of an account's former worlds. Return whether more should follow now."""
        with self._database.transaction() as tx:
            has_more = task_lists.clear_away(tx, account_id)
        if has_more is False:
            self._database.former_worlds.discard(account_id)
        return bool(has_more)


def _settle(unit: UnitOfWork) -> None:
    settle_due(unit, unit.account.clock.now(unit.real_now))


async def _sleep(woken: asyncio.Event, pause: Instant) -> None:
    try:
        async with asyncio.timeout(
            pause / SECOND
        ):  # wait_for would lose a cancellation that comes with the waking
            await woken.wait()
    except TimeoutError:
        return
