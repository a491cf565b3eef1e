"""The worker: sleeps until something falls due, and lets it take effect.

No answer depends on it - every call brings its account up to its own `now` - but who only watches sees things
happen in time, and the clocks know after a kill until when the server lived.
"""

import asyncio
import logging
import threading

from invapi_emulator.domain.instants import LATEST, MINUTE, SECOND, Instant
from invapi_emulator.scenarios.worlds import remove_unused
from invapi_emulator.storage import accounts, server_life
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.notices import Notices
from invapi_emulator.storage.problems import DATABASE_LOST, why_lost
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.tasks.advance import advance_due_tasks
from invapi_emulator.worker.agenda import Agenda

_log = logging.getLogger(__name__)

HEARTBEAT = SECOND
"""How often a server with a lasting database writes down that it lives; also the longest sleep."""

ROUND = 5 * SECOND
"""How often all accounts are looked at where several servers share a database."""

LAST_RETRY = 5 * SECOND
"""The longest pause before a database that is lost is asked again."""

_FIRST_RETRY = SECOND // 10
_HELD = SECOND // 20
"""After so long an account is looked at again that somebody else was at work on."""

_MOMENT = SECOND // 1000
_TURN = SECOND // 50
"""After so much work, calls get their turn."""


class Worker:
    """Works on a database; accounts that nobody used for `account_ttl` microseconds go, if it is not 0.

    One that does not advance tasks leaves them to other servers, and only says that this one lives.

    It knows when each account is next due, and asks for one only when it is told that this may have changed; for what
    other servers leave behind it looks at all of them now and then.
    """

    def __init__(self, database: Database, account_ttl: Instant = 0, *, advances: bool = True) -> None:
        self._database = database
        self._account_ttl = account_ttl
        self._advances = advances
        self._woken = asyncio.Event()
        self._agenda = Agenda()
        self._touched: set[int] = set()
        self._round_at: Instant = 0
        self._beat_at: Instant = 0

    def wake(self, account_id: int | None = None) -> None:
        """Look again at an account, whose due time may have come nearer; without one, at all of them."""
        if account_id is None:
            self._round_at = 0
        else:
            self._touched.add(account_id)
        self._woken.set()

    def listen(self, notices: Notices) -> None:
        """Wake whenever tasks may fall due earlier, by a call here or on another server."""
        loop, here = asyncio.get_running_loop(), threading.get_ident()

        def hear(account_id: int) -> None:
            if threading.get_ident() == here:
                self.wake(account_id)
            elif not loop.is_closed():
                loop.call_soon_threadsafe(self.wake, account_id)

        notices.listen_for_due(hear)

    async def run(self) -> None:
        """Work until cancelled; a database that is lost is asked again, after ever longer pauses."""
        lost = 0
        while True:
            self._woken.clear()
            try:
                pause = await self._database.run(self._work)
                if lost:
                    _log.warning("the worker goes on: the database takes what is written again")
                lost = 0
            except DATABASE_LOST as problem:
                if not lost:
                    _log.error("the worker waits: the emulator %s", why_lost(problem))
                pause, self._round_at = min(_FIRST_RETRY << min(lost, 10), LAST_RETRY), 0
                lost += 1
            except Exception:  # noqa: BLE001 - without the worker no clock would know when the server last lived
                _log.exception("the worker goes on after a mistake of its own")
                pause, self._round_at = HEARTBEAT, 0
            await _sleep(self._woken, pause)

    def _work(self) -> Instant:
        """Let what is due take effect, for a moment's work; return for how long nothing more will be."""
        self._database.stay_member()
        with self._database.read() as tx:
            real_now = self._database.real_now(tx)
            if self._advances:
                self._look(tx, real_now)
        if real_now >= self._beat_at:
            self._beat(real_now)
        until = self._database.real_time() + _TURN
        while (account_id := self._agenda.take(real_now)) is not None:
            self._advance(account_id)
            if self._database.real_time() >= until:
                break
        first_at = self._agenda.first_at()
        return HEARTBEAT if first_at is None else min(max(first_at - real_now, _MOMENT), HEARTBEAT)

    def _look(self, tx: Transaction, real_now: Instant) -> None:
        """Find out when those accounts are due that may have changed."""
        touched, self._touched = self._touched, set()
        if real_now >= self._round_at:
            self._agenda = Agenda()
            touched = set(accounts.with_a_next_change(tx))
            self._round_at = real_now + ROUND if self._database.shared else LATEST
        for account_id in touched:
            self._note(tx, account_id)

    def _note(self, tx: Transaction, account_id: int) -> None:
        found = accounts.next_change(tx, account_id)
        self._agenda.note(account_id, None if found is None else found[0].real_time_of(found[1]))

    def _beat(self, real_now: Instant) -> None:
        self._beat_at = real_now + HEARTBEAT
        if not self._database.durable and not self._account_ttl:
            return
        with self._database.write() as tx:
            if self._database.durable:
                server_life.say_alive(tx, real_now)
            if self._account_ttl:
                remove_unused(tx, real_now - self._account_ttl - MINUTE)

    def _advance(self, account_id: int) -> None:
        """Let a batch of an account's tasks take effect, and look when the next one will.

        Whoever holds the account does so too: a call, or another server's worker.
        """
        with self._database.write() as tx:
            account = accounts.by_id_unless_held(tx, account_id)
            if account is not None:
                advance_due_tasks(tx, account, account.clock.now(self._database.real_now(tx)))
                self._note(tx, account_id)
            elif accounts.is_there(tx, account_id):
                self._agenda.note(account_id, self._database.real_now(tx) + _HELD)


async def _sleep(woken: asyncio.Event, pause: Instant) -> None:
    try:
        async with asyncio.timeout(
            pause / SECOND
        ):  # wait_for would lose a cancellation that comes with the waking
            await woken.wait()
    except TimeoutError:
        return
