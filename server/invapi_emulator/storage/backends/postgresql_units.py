"""Units of work on PostgreSQL. A group of units runs and commits in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.pace import LONGEST_TURN
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.postgresql_session import PostgresSession
from invapi_emulator.storage.database import AccountBusy, AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST, CannotWrite, concerns_all
from invapi_emulator.storage.unit_of_work import RunAgain, UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch

_LOCKS = 256

ALWAYS_RUN = 2
"""Number of units of a group that are never postponed."""

Units = Sequence[PendingUnit[Any]]


class PostgresUnits:
    """Runs units, in any thread.

    It locks their accounts twice. Locks of this process are held from before the accounts' rows are read
    until the states contain the changes. The rows themselves are locked for all servers.
    """

    def __init__(
        self,
        database: Database,
        connected: Callable[[], AbstractContextManager[Connection]],
        patience: float,
        not_before: Callable[[Instant], Instant],
    ) -> None:
        self._database = database
        self._connected = connected
        self._patience = patience
        self._not_before = not_before
        self._locks = [Lock() for _ in range(_LOCKS)]

    def run(self, units: Units, *, wait: bool = True) -> None:
        """Run units in one transaction, and end them. With `wait`, they wait for their only account.

        Without `wait`, units are postponed once those before them have taken too long. They are left pending if
        their account is locked, if they cannot share a transaction, or if the transaction fails. With `wait`,
        such units run again in a transaction each. If the database is lost or takes too long, no unit runs
        again: each would wait as long, and the outcome of a commit may be unknown.
        """
        account_ids = {unit.account_id for unit in units if unit.account_id is not None}
        try:
            changed = self._run_together(account_ids, units, wait=wait)
        except Exception as problem:  # noqa: BLE001 - it is raised where the unit is awaited
            for account_id in account_ids:
                self._database.states.drop(account_id)
            if concerns_all(problem) or (wait and len(units) == 1):
                for unit in units:
                    unit.end(problem)
        else:
            self._tell(changed)  # outside the part that may run again, because it is committed
        for unit in units:
            if wait and not unit.ended:
                self.run([unit])

    def _run_together(self, account_ids: set[int], units: Units, *, wait: bool) -> WriteBatch:
        """Run, commit and end units in one transaction. Some may be left pending. Return the changes."""
        with (
            self._database.timed("write"),
            self._held(account_ids, wait=wait and units[0].wait) as held,
            self._connected() as connection,
        ):
            if wait and held != account_ids:
                if units[0].wait:
                    raise CannotWrite(f"other calls have held the account for {self._patience:g} s")
                raise AccountBusy(*account_ids)
            session = PostgresSession(connection, alone=len(units) == 1)
            states, now = self._open(session, held, units, wait=wait)
            can_run = [unit for unit in units if unit.account_id is None or unit.account_id in states]
            in_time = can_run if wait else self._in_time(can_run)
            run = [
                unit
                for unit in in_time
                if _has_run(unit, session, self._open_unit(session, states, unit, now))
            ]
            changed = session.commit()
            for state in states.values():
                self._database.states.put(changed.states.get(state.account.id, state))
        for unit in run:
            unit.end(unit.problem)
        return changed

    def _in_time(self, units: Units) -> Iterator[PendingUnit[Any]]:
        """Yield units while there is time to run them. Postpone the others."""
        began = self._database.real_time()
        for number, unit in enumerate(units):
            unit.postponed = number >= ALWAYS_RUN and self._database.real_time() - began > LONGEST_TURN
            if not unit.postponed:
                yield unit

    def _tell(self, changed: WriteBatch) -> None:
        self._database.notifications.happened(changed.states)
        for account_id in changed.due_earlier:
            self._database.notifications.due_earlier(account_id)

    def _open(
        self, session: PostgresSession, account_ids: set[int], units: Units, *, wait: bool
    ) -> tuple[dict[int, AccountState], Instant]:
        """Lock the accounts' rows. Load accounts that are not cached or that another server changed."""
        may_wait = wait and units[0].wait
        rows, now = session.hold(sorted(account_ids), wait=may_wait)
        if wait and account_ids and not rows:
            (account_id,) = account_ids
            is_gone = may_wait or not session.is_there(account_id)
            raise (AccountGone if is_gone else AccountBusy)(account_id)
        known = {}
        for account_id, generation, revision in rows:
            state = self._database.states.get(account_id)
            if state is not None and (state.account.generation, state.revision) == (generation, revision):
                known[account_id] = state
        held = {account_id for account_id, *_ in rows}
        asked = [(unit.account_id, unit.needs()) for unit in units]
        needs = dict.fromkeys((id_, need) for id_, needs in asked if id_ in held for need in needs)
        return session.completed(rows, known, list(needs)), self._not_before(now)

    def _open_unit(
        self,
        session: PostgresSession,
        states: dict[int, AccountState],
        pending: PendingUnit[Any],
        now: Instant,
    ) -> UnitOfWork:
        state = None if pending.account_id is None else states[pending.account_id]
        return UnitOfWork(session, state, now, self._database.real_time)

    @contextmanager
    def _held(self, account_ids: set[int], *, wait: bool) -> Iterator[set[int]]:
        """Lock accounts within this process. Yield the ids of those locked."""
        places = {account_id % _LOCKS for account_id in account_ids}
        with ExitStack() as locks:
            taken = set()
            for place in places:
                if self._locks[place].acquire(timeout=self._patience if wait else 0):
                    locks.callback(self._locks[place].release)
                    taken.add(place)
            yield {account_id for account_id in account_ids if account_id % _LOCKS in taken}


def _has_run(pending: PendingUnit[Any], session: PostgresSession, unit: UnitOfWork) -> bool:
    """Run a unit. Return False if it must run again."""
    pending.problem = None
    try:
        pending.result = pending.work(unit)
    except RunAgain:
        return False
    except DATABASE_LOST:
        raise
    except Exception as problem:
        if unit.in_transaction:
            raise
        pending.problem = problem
    else:
        session.take(unit)
    return True
