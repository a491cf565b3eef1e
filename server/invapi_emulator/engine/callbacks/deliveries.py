"""The worker of callbacks: it claims those that are due, sends each in a thread, and records how it ended.

Nothing waits for it. It holds no transaction while it sends, and a receiver that hangs delays the callbacks of its own account alone.
"""

import asyncio
import logging
import threading
from asyncio import sleep
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial

from invapi_emulator.domain.callback_urls import shown_url
from invapi_emulator.domain.instants import HOUR, SECOND, Instant
from invapi_emulator.engine.callbacks.sending import TOO_LATE, TRY_SECONDS, Sender
from invapi_emulator.process.generated_words import without_generated
from invapi_emulator.storage import callbacks
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.storage.database import AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST
from invapi_emulator.storage.notifications import Notifications

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 32
"""Maximum number of callbacks that one worker sends at the same time, each in a thread of its own."""

MANY = 8
"""Maximum number of callbacks that are claimed together. An account of which so many are under way waits: its receiver may hang."""

LONGEST_PAUSE = SECOND
"""Interval at which the worker looks again while callbacks are pending."""

ROUND = 5 * SECOND
"""Interval at which it looks if none is and other servers share the database: one may have been killed with it."""

GATHER = SECOND // 20
"""The shortest time between two looks. What is written within it is sent together."""

_MARGIN_SECONDS = 1
"""How much longer than a try its thread is waited for. It stops by itself at its next step."""

Send = Callable[[Callback], Outcome]


class Deliveries:
    """Sends the callbacks of a database with `send`, and counts tries by how they ended: sent, failed, given up."""

    def __init__(self, database: Database, send: Send, count: Counter[str]) -> None:
        self._database = database
        self._send = send
        self._count = count
        self._woken = asyncio.Event()
        self._sending: dict[asyncio.Task[None], int] = {}

    def wake(self) -> None:
        """Look again: a callback may have been written."""
        self._woken.set()

    def listen(self, notifications: Notifications) -> None:
        """Wake when a call, here or on another server, may have written a callback."""
        loop, here = asyncio.get_running_loop(), threading.get_ident()

        def hear(_account_id: int) -> None:
            if threading.get_ident() == here:
                self.wake()
            elif not loop.is_closed():
                loop.call_soon_threadsafe(self.wake)

        notifications.listen_for_due(hear)

    async def run(self) -> None:
        """Work until cancelled. Tries that are under way are then abandoned: their leases run out."""
        try:
            while True:
                self._woken.clear()
                try:
                    pause = await self._work()
                except DATABASE_LOST:  # the worker of tasks tells of it
                    pause = ROUND
                except Exception:  # noqa: BLE001 - without this worker no callback would be sent any more
                    _log.exception("the worker of callbacks goes on after a mistake of its own")
                    pause = ROUND
                await sleep(GATHER / SECOND)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause / SECOND):
                        await self._woken.wait()
        finally:
            for sending in self._sending:
                sending.cancel()
            if self._sending:
                await asyncio.wait(self._sending)

    async def _work(self) -> Instant:
        """Begin to send what is due. Return the time until the worker must look again."""
        free = MOST_AT_ONCE - len(self._sending)
        if free == 0:
            return LONGEST_PAUSE
        busy = [account for account, count in Counter(self._sending.values()).items() if count >= MANY]
        claimed, pause = await self._database.call(partial(self._claim, min(free, MANY), busy))
        for owed in claimed:
            sending = asyncio.create_task(self._deliver(owed), name="callback")
            self._sending[sending] = owed.account_id
            sending.add_done_callback(self._is_sent)
        return GATHER if claimed else pause

    def _is_sent(self, sending: "asyncio.Task[None]") -> None:
        del self._sending[sending]
        self._woken.set()
        if not sending.cancelled() and (mistake := sending.exception()) is not None:
            _log.error("a mistake of the emulator's own while it recorded a callback", exc_info=mistake)

    def _claim(self, most: int, busy: Collection[int]) -> tuple[list[Callback], Instant]:
        """Return the claimed callbacks, and the time until the worker must look again."""
        with self._database.read() as tx:
            real_now, first_at = self._database.real_now(tx), callbacks.first_due_at(tx)
        if first_at is None:
            return [], ROUND if self._database.shared else HOUR
        if first_at > real_now:
            return [], min(first_at - real_now, LONGEST_PAUSE)
        with self._database.transaction() as tx:
            return callbacks.claim(tx, real_now, most, busy), LONGEST_PAUSE

    async def _deliver(self, owed: Callback) -> None:
        outcome = Outcome(error=callbacks.LOST) if owed.is_used_up else await self._tried(owed)
        try:
            has_recorded = await self._database.run(
                owed.account_id, lambda unit: callbacks.record(unit, owed, outcome)
            )
        except (AccountGone, *DATABASE_LOST):
            return  # gone with its account, or sent again when the lease has run out
        if has_recorded:
            self._tell(owed, outcome)

    async def _tried(self, owed: Callback) -> Outcome:
        """Send a callback in a thread of its own, which is not waited for if it hangs, as resolvers do."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Outcome] = loop.create_future()

        def work() -> None:
            try:
                outcome = self._send(owed)
            except Exception:  # noqa: BLE001 - a thread that ends with it would leave its callback for ever
                _log.exception("a mistake of the emulator's own while it called %s", shown_url(owed.url))
                outcome = Outcome(error="a mistake of the emulator's own; see its log")
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_end, ended, outcome)

        threading.Thread(target=work, name="callback", daemon=True).start()
        try:
            async with asyncio.timeout(TRY_SECONDS + _MARGIN_SECONDS):
                return await ended
        except TimeoutError:
            return Outcome(error=TOO_LATE)

    def _tell(self, owed: Callback, outcome: Outcome) -> None:
        where, attempt = without_generated(shown_url(owed.url)), min(owed.attempts, callbacks.MOST_TRIES)
        if outcome.error is None:
            self._count["sent"] += 1
            _log.info("callback of server %d to %s: sent, try %d", owed.server, where, attempt)
            return
        self._count["failed" if owed.attempts < callbacks.MOST_TRIES else "given_up"] += 1
        said = "callback of server %d to %s: try %d of %d failed: %s"
        _log.warning(said, owed.server, where, attempt, callbacks.MOST_TRIES, outcome.error)


def deliveries_from(
    database: Database, callbacks_to: Collection[str], own_ports: Collection[int], count: Counter[str]
) -> Deliveries:
    """Return the worker of callbacks on the present event loop, which hears of new ones. `own_ports` may still grow."""
    sender = Sender(callbacks_to, lambda: own_ports, lambda: database.real_time() / SECOND)
    deliveries = Deliveries(database, sender.send, count)
    deliveries.listen(database.notifications)
    return deliveries


def _end(ended: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not ended.done():
        ended.set_result(outcome)
