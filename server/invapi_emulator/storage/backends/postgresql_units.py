"""Units of work on PostgreSQL: some of one account are run, and committed, in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.postgresql_session import PostgresSession
from invapi_emulator.storage.database import AccountBusy, AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST
from invapi_emulator.storage.unit_of_work import RunAgain, UnitOfWork

_LOCKS = 256

Units = Sequence[PendingUnit[Any]]


class PostgresUnits:
    """What runs units, in any thread.

    It holds their account: in this process by a lock, from before it reads the account's row until the state has taken
    over what they changed; for all servers by the row itself.
    """

    def __init__(
        self, database: Database, connected: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        self._database = database
        self._connected = connected
        self._locks = [Lock() for _ in range(_LOCKS)]

    def run(self, units: Units, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - threads are given it by place
        """Run units of one account in one transaction, and end them; if that fails, in a transaction each.

        Where the connection is lost nobody can tell whether they were committed, so none is run again.
        """
        account_id = units[0].account_id
        try:
            left = self._run_together(account_id, units, wait=wait)
        except Exception as problem:  # noqa: BLE001 - it is raised where the unit is waited for
            if account_id is not None:
                self._database.states.drop(account_id)
            if len(units) == 1 or (isinstance(problem, DBAPIError) and problem.connection_invalidated):
                for unit in units:
                    unit.end(problem)
                return
            left = units
        for unit in left:
            self.run([unit], wait)

    def _run_together(self, account_id: int | None, units: Units, *, wait: bool) -> Units:
        """Run units, commit them and end them; return those that are to be run again, alone."""
        with (
            self._database.timed("write"),
            self._held(account_id, wait=wait),
            self._connected() as connection,
        ):
            session = PostgresSession(connection, alone=len(units) == 1)
            state, now = self._open(session, account_id, units, wait=wait)
            run = [unit for unit in units if _has_run(unit, session, UnitOfWork(session, state, now))]
            changed = session.commit()
            if state is not None:
                self._database.states.keep(changed.states.get(state.account.id, state))
        self._database.notifications.happened(changed.states)
        for due in changed.due_earlier:
            self._database.notifications.due_earlier(due)
        for unit in run:
            unit.end(unit.problem)
        return [unit for unit in units if not unit.ended]

    def _open(
        self, session: PostgresSession, account_id: int | None, units: Units, *, wait: bool
    ) -> tuple[AccountState | None, Instant]:
        """Hold the account's row, and load what of it is not known or was changed by another server."""
        if account_id is None:
            return None, session.begin_without_account()
        row, now = session.hold(account_id, wait=wait)
        if row is None:
            is_gone = wait or not session.is_there(account_id)
            raise (AccountGone if is_gone else AccountBusy)(account_id)
        state = self._database.states.get(account_id)
        if state is not None and (state.account.generation, state.revision) != row:
            state = None
        needs = dict.fromkeys(need for unit in units for need in unit.needs())
        return session.completed(account_id, row, state, list(needs)), now

    @contextmanager
    def _held(self, account_id: int | None, *, wait: bool) -> Iterator[None]:
        """Hold an account within this process."""
        if account_id is None:
            yield
            return
        lock = self._locks[account_id % _LOCKS]
        if not lock.acquire(blocking=wait):
            raise AccountBusy(account_id)
        try:
            yield
        finally:
            lock.release()


def _has_run(pending: PendingUnit[Any], session: PostgresSession, unit: UnitOfWork) -> bool:
    """Run a unit; tell whether it needs not be run again."""
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
