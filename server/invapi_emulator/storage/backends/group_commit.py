"""Units of work on SQLite. The units of one turn of the event loop are committed together.

A unit changes the states in memory at once. Its call is answered once its batch is in the database.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

from invapi_emulator.storage import state_check
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.accounts import LOAD, UPDATE, updated
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.database import AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST, CannotWrite, OutcomeUnknown
from invapi_emulator.storage.statement import Query, Write
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import RunAgain, UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch

R = TypeVar("R")


class GroupCommit:
    """The current batch, its waiting calls, and the session that units read through."""

    def __init__(self, connection: SqliteConnection, database: Database) -> None:
        self._connection = connection
        self._database = database
        self._states = database.states
        self._batch = WriteBatch()
        self._waiting: list[PendingUnit[Any]] = []

    def start(self, pending: PendingUnit[Any]) -> None:
        """Run a unit. It ends at once if it makes its own transaction; otherwise it waits for `flush`.

        If the unit raises, pending changes that it may have seen are written first.
        """
        while True:
            try:
                self._run(pending)
            except RunAgain:
                continue
            except BaseException:
                self.flush()
                raise
            return

    def flush(self) -> bool:
        """Write the pending batch. If that fails, run each of its calls again by itself and return False."""
        if not self._waiting:
            return True
        batch, waiting = self._batch, self._waiting
        self._batch, self._waiting = WriteBatch(), []
        try:
            self._write(batch)
        except OutcomeUnknown as unknown:
            for account_id in batch.states:
                self._states.drop(account_id)
            for pending in waiting:
                pending.end(unknown)
            return False
        except Exception:  # noqa: BLE001 - one of the calls will raise it again; the others must not
            for account_id in batch.states:
                self._states.drop(account_id)
            for pending in waiting:
                self._run_alone(pending)
            return False
        problem = self._committed(batch)
        for pending in waiting:
            pending.end(problem)
        return True

    def commit(self) -> None:
        """Commit the open transaction, with marks for the calls that the journal misses."""
        missed = self._database.missed
        is_marked = bool(missed) and self._connection.refused is None
        if is_marked:
            missed.mark(self._connection.write)
        self._connection.commit()
        if is_marked:
            missed.marked()

    # The session of a unit

    def fetch(self, account_id: int, queries: Sequence[Query[R]]) -> list[list[R]]:
        if account_id in self._batch.states and not self.flush():
            raise RunAgain
        return self._connection.fetch(queries)

    def load(self, account_id: int) -> AccountState | None:
        state = LOAD.first(self._connection, wanted=account_id)
        if state is not None:
            last, missed = state.counters.last_request, self._database.missed.last(account_id)
            state.counters.last_request = max(last, missed)
        return state

    def begin(self, unit: UnitOfWork) -> Transaction:
        if not self.flush():
            raise RunAgain
        self._connection.begin_at_least_to_read()
        try:
            WriteBatch().write_within(self._connection.write, unit)
        except BaseException:
            self._connection.roll_back()  # the unit does not know of the transaction yet
            raise
        return Transaction(self._connection.sqlalchemy)

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        self._connection.write(write, rows)

    # Running

    def _run(self, pending: PendingUnit[Any]) -> None:
        unit = self._open(pending.account_id)
        try:
            pending.result = pending.work(unit)
        except BaseException as problem:
            refused = self._connection.refused
            self._abandon(unit)
            if refused is not None and isinstance(problem, OperationalError):
                raise refused from None  # not what SQLite says of a statement that writes
            raise
        if unit.in_transaction:
            self._commit_own(unit, pending)
            return
        if unit.has_changed:
            self._batch.take(unit.committed())
        if unit.has_changed or self._waiting:
            self._waiting.append(pending)
        else:
            pending.end()

    def _open(self, account_id: int | None) -> UnitOfWork:
        real_time = self._database.real_time
        if account_id is None:
            return UnitOfWork(self, None, real_time(), real_time)
        state = self._batch.states.get(account_id) or self._states.get(account_id) or self.load(account_id)
        if state is None:
            raise AccountGone(account_id)
        self._states.put(state)
        return UnitOfWork(self, state, real_time(), real_time)

    def _abandon(self, unit: UnitOfWork) -> None:
        """Roll back a unit's own transaction, and drop what it read."""
        if unit.in_transaction:
            self._connection.roll_back()
            self._states.drop(unit.account.id)

    def _commit_own(self, unit: UnitOfWork, pending: PendingUnit[Any]) -> None:
        """Commit a unit that has its own transaction."""
        batch = WriteBatch()
        try:
            if unit.has_changed:
                batch.take(unit.committed())
                self._connection.write(UPDATE, [updated(*unit.state.row)])
            self.commit()
        except DATABASE_LOST as problem:
            self._abandon(unit)
            pending.end(None if pending.may_lose() else problem)
            return
        self._states.put(unit.state)
        pending.end(self._committed(batch))

    def _run_alone(self, pending: PendingUnit[Any]) -> None:
        """Run a call again after its batch failed, and write its changes alone."""
        has_result = False
        try:
            unit = self._open(pending.account_id)
            pending.result, has_result = pending.work(unit), True
            batch = WriteBatch()
            batch.take(unit.committed())
            self._write(batch)
        except Exception as problem:  # noqa: BLE001 - it is raised where the call is awaited
            if pending.account_id is not None:
                self._states.drop(pending.account_id)
            may_pass = has_result and isinstance(problem, CannotWrite) and pending.may_lose()
            pending.end(None if may_pass else problem)
        else:
            pending.end(self._committed(batch))

    def _write(self, batch: WriteBatch) -> None:
        """Write a batch in one transaction."""
        with self._database.timed("write"):
            self._connection.begin()
            try:
                batch.write(self._connection.write)
                self.commit()
            finally:
                self._connection.roll_back()
        for state in batch.states.values():
            self._states.put(state)

    def _committed(self, batch: WriteBatch) -> Exception | None:
        """Notify listeners about a batch. Return the difference if the database holds something else."""
        self._database.notifications.happened(batch.states)
        for account_id in batch.due_earlier:
            self._database.notifications.due_earlier(account_id)
        if state_check.ENABLED:
            try:
                state_check.compare_touched(batch, self._connection.fetch, self._database.missed)
            except state_check.StateDiffers as difference:
                return difference
        return None
