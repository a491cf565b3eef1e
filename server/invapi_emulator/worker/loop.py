"""The worker: sleeps until something falls due, and lets it take effect.

No answer depends on it - every call brings its account up to its own `now` - but who only watches sees things
happen in time, and the clocks know after a kill until when the server lived.
"""

import asyncio
import logging

from invapi_emulator.domain.instants import MINUTE, SECOND, Instant
from invapi_emulator.scenarios.worlds import remove_unused
from invapi_emulator.storage import accounts, server_life
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost
from invapi_emulator.tasks.advance import advance_due_tasks

_log = logging.getLogger(__name__)

HEARTBEAT = SECOND
"""How often a server with a lasting database writes down that it lives; also the longest sleep."""

_MOMENT = SECOND // 1000


class Worker:
    """Works on a database; accounts that nobody used for `account_ttl` microseconds go, if it is not 0."""

    def __init__(self, database: Database, account_ttl: Instant = 0) -> None:
        self._database = database
        self._account_ttl = account_ttl
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again: a due time may have come nearer."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; a database that is lost is asked again every second."""
        lost = False
        while True:
            self._woken.clear()
            try:
                pause = await self._database.run(self._work)
                if lost:
                    _log.warning("the worker goes on: the database takes what is written again")
                lost = False
            except DATABASE_LOST as problem:
                if not lost:
                    _log.error("the worker waits: the emulator %s", why_lost(problem))
                lost, pause = True, HEARTBEAT
            except Exception:  # noqa: BLE001 - without the worker no clock would know when the server last lived
                _log.exception("the worker goes on after a mistake of its own")
                pause = HEARTBEAT
            await _sleep(self._woken, pause)

    def _work(self) -> Instant:
        """Let what is due take effect, a batch of each account; return for how long nothing more will be."""
        self._database.stay_member()
        with self._database.write() as tx:
            real_now = self._database.real_now(tx)
            if self._database.durable:
                server_life.say_alive(tx, real_now)
            if self._account_ttl:
                remove_unused(tx, real_now - self._account_ttl - MINUTE)
            waiting = accounts.running_with_next_change(tx)
        wakings = [(clock.real_time_of(next_at), account_id) for account_id, clock, next_at in waiting]
        pauses = [HEARTBEAT]
        for waking, account_id in wakings:
            if waking is None:
                continue
            if waking <= real_now:
                self._advance(account_id)
            pauses.append(max(waking - real_now, _MOMENT))
        return min(pauses)

    def _advance(self, account_id: int) -> None:
        with self._database.write() as tx:
            account = accounts.by_id(tx, account_id)
            if account is not None:
                advance_due_tasks(tx, account, account.clock.now(self._database.real_now(tx)))


async def _sleep(woken: asyncio.Event, pause: Instant) -> None:
    try:
        await asyncio.wait_for(woken.wait(), pause / SECOND)
    except TimeoutError:
        return
