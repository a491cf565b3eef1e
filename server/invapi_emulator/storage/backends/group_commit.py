"""Units of work on SQLite: those of one turn of the event loop are committed together.

A unit changes the states in memory at once. Its call is answered when the batch that has its changes is in the database.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from invapi_emulator.storage import state_check
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.accounts import LOAD, UPDATE, updated
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.database import AccountGone, Database
from invapi_emulator.storage.errors import DATABASE_LOST, CannotWrite
from invapi_emulator.storage.statement import Query, Write
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import StateLost, UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch

T = TypeVar("T")


class Call(Generic[T]):
    """A unit of work to run, and what came of it; `waiter` is told when it has ended."""

    __slots__ = ("account_id", "ended", "may_lose", "problem", "result", "waiter", "work")

    def __init__(
        self, account_id: int | None, work: Callable[[UnitOfWork], T], may_lose: Callable[[], bool]
    ) -> None:
        self.account_id = account_id
        self.work = work
        self.may_lose = may_lose
        self.ended = False
        self.result: T | None = None
        self.problem: Exception | None = None
        self.waiter: asyncio.Future[None] | None = None

    def end(self, problem: Exception | None = None) -> None:
        self.ended, self.problem = True, problem
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def outcome(self) -> T:
        if self.problem is not None:
            raise self.problem
        return cast("T", self.result)


class GroupCommit:
    """The batch that waits, and the calls whose changes it has; what units read through."""

    def __init__(self, connection: SqliteConnection, database: Database) -> None:
        self._connection = connection
        self._database = database
        self._states = database.states
        self._batch = WriteBatch()
        self._calls: list[Call[Any]] = []

    def start(self, call: Call[Any]) -> None:
        """Run a unit; it has ended if it made a transaction of its own, otherwise it waits for `flush`.

        What it raises is raised when the changes that it may have seen are written.
        """
        while True:
            try:
                self._run(call)
            except StateLost:
                continue
            except BaseException:
                self.flush()
                raise
            return

    def flush(self) -> bool:
        """Write what waits. If that fails each of the calls is run again by itself, and the answer is False."""
        if not self._calls:
            return True
        batch, calls = self._batch, self._calls
        self._batch, self._calls = WriteBatch(), []
        try:
            self._write(batch)
        except Exception:  # noqa: BLE001 - whatever it was: one of the calls will meet it again, the others shall not
            for account_id in batch.states:
                self._states.drop(account_id)
            for call in calls:
                self._run_alone(call)
            return False
        problem = self._committed(batch)
        for call in calls:
            call.end(problem)
        return True

    # What a unit reads through

    def fetch(self, account_id: int, queries: Sequence[Query[Any]]) -> list[list[Any]]:
        if account_id in self._batch.states and not self.flush():
            raise StateLost
        return [query.statement.all(self._connection, **query.values) for query in queries]

    def load(self, account_id: int) -> AccountState | None:
        return LOAD.first(self._connection, wanted=account_id)

    def begin(self, unit: UnitOfWork) -> Transaction:
        if not self.flush():
            raise StateLost
        self._connection.begin()
        changed = WriteBatch()
        changed.take(unit)
        changed.write_changes(self._connection.write)
        return Transaction(self._connection.sqlalchemy)

    def write(self, write: Write, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.write(write, rows)

    # Running

    def _run(self, call: Call[Any]) -> None:
        unit = self._open(call.account_id)
        try:
            call.result = call.work(unit)
        except BaseException:
            self._abandon(unit)
            raise
        if unit.in_transaction:
            self._commit_own(unit, call)
            return
        if unit.has_changed:
            self._batch.take(unit.committed())
        if unit.has_changed or self._calls:
            self._calls.append(call)
        else:
            call.end()

    def _open(self, account_id: int | None) -> UnitOfWork:
        if account_id is None:
            return UnitOfWork(self, None, self._database.real_time())
        state = self._batch.states.get(account_id) or self._states.get(account_id) or self.load(account_id)
        if state is None:
            raise AccountGone(account_id)
        self._states.keep(state)
        return UnitOfWork(self, state, self._database.real_time())

    def _abandon(self, unit: UnitOfWork) -> None:
        """Take back a unit's own transaction, and what was read within it."""
        if unit.in_transaction:
            self._connection.roll_back()
            self._states.drop(unit.account.id)

    def _commit_own(self, unit: UnitOfWork, call: Call[Any]) -> None:
        """Commit a unit that has a transaction of its own."""
        batch = WriteBatch()
        try:
            if unit.has_changed:
                batch.take(unit.committed())
                self._connection.write(UPDATE, [updated(unit.state)])
            self._connection.commit()
        except DATABASE_LOST as problem:
            self._abandon(unit)
            call.end(None if call.may_lose() else problem)
            return
        self._states.keep(unit.state)
        call.end(self._committed(batch))

    def _run_alone(self, call: Call[Any]) -> None:
        """Run a call again whose batch could not be written, and write its changes alone."""
        has_result = False
        try:
            unit = self._open(call.account_id)
            call.result, has_result = call.work(unit), True
            batch = WriteBatch()
            batch.take(unit.committed())
            self._write(batch)
        except Exception as problem:  # noqa: BLE001 - it is raised where the call is waited for
            if call.account_id is not None:
                self._states.drop(call.account_id)
            may_pass = has_result and isinstance(problem, CannotWrite) and call.may_lose()
            call.end(None if may_pass else problem)
        else:
            call.end(self._committed(batch))

    def _write(self, batch: WriteBatch) -> None:
        """Write a batch in one transaction."""
        with self._database.timed("write"):
            self._connection.begin()
            try:
                batch.write(self._connection.write)
                self._connection.commit()
            finally:
                self._connection.roll_back()
        for state in batch.states.values():
            self._states.keep(state)

    def _committed(self, batch: WriteBatch) -> Exception | None:
        """Tell what a batch was about; return what a comparison with the database finds amiss, if one is made."""
        self._database.notifications.happened(batch.states)
        for account_id in batch.due_earlier:
            self._database.notifications.due_earlier(account_id)
        if state_check.ENABLED:
            try:
                state_check.compare_touched(batch, self._connection)
            except state_check.StateDiffers as difference:
                return difference
        return None
