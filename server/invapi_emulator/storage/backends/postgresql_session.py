"""The session of units of work on PostgreSQL. Statements that belong together make one round trip."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ARRAY, Connection, Dialect, Integer, any_, bindparam, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import state_check
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.accounts import LOAD
from invapi_emulator.storage.backends.postgresql_time import NOW
from invapi_emulator.storage.database import Need
from invapi_emulator.storage.errors import as_sqlalchemy, committing
from invapi_emulator.storage.missed import Missed
from invapi_emulator.storage.record import Index, Owner
from invapi_emulator.storage.requests import INSERT_UNAUTHENTICATED
from invapi_emulator.storage.statement import Query, Statement, Write
from invapi_emulator.storage.tables import account
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import RunAgain, UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch

R = TypeVar("R")
S = TypeVar("S")

_UNAUTHENTICATED_LOCK = 0x1147A93
"""The advisory lock for numbering unauthenticated calls, which have no account row to lock."""

Row: TypeAlias = tuple[int, int, int]
"""The id, generation and revision of an account."""


def _row(id_: int, generation: int, revision: int) -> Row:
    return id_, generation, revision


_WANTED = account.c.id == any_(bindparam("wanted", type_=ARRAY(Integer)))
_ROWS = select(account.c.id, account.c.generation, account.c.revision).where(_WANTED).order_by(account.c.id)
_HOLD = Statement(_ROWS.with_for_update(), _row)
_HOLD_UNLESS_HELD = Statement(_ROWS.with_for_update(skip_locked=True), _row)
_ARE_THERE = Statement(_ROWS, _row)


class PostgresSession:
    """A connection in one transaction, in which the units of one account follow each other.

    Their changes are written at the end, or before a unit reads what is not in memory. `alone`: there is only
    one unit. The driver must be in autocommit mode (AUTOCOMMIT): here BEGIN and COMMIT are sent with other
    statements, where the driver's own would each wait for an answer.
    """

    def __init__(self, connection: Connection, *, alone: bool) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._alone = alone
        self._changed = WriteBatch()
        self._unwritten = WriteBatch()

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def select(self, sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[object]]:
        with as_sqlalchemy(self._connection):
            rows: Sequence[Sequence[object]] = self._driver.execute(sql, values).fetchall()
        return rows

    def hold(self, account_ids: Sequence[int], *, wait: bool) -> tuple[list[Row], Instant]:
        """Begin, and lock the rows of accounts: all, or without `wait` the free ones. Return them and the time."""
        hold = _HOLD if wait else _HOLD_UNLESS_HELD
        wanted = [hold.of(wanted=account_ids)] if account_ids else []
        rows, ((now,),) = self._together(wanted, [NOW.of()], begin=True)
        return (rows[0] if rows else []), now

    def is_there(self, account_id: int) -> bool:
        return _ARE_THERE.first(self, wanted=[account_id]) is not None

    def completed(
        self, rows: Sequence[Row], known: Mapping[int, AccountState], needs: Sequence[tuple[int, Need]]
    ) -> dict[int, AccountState]:
        """Return the states of these accounts with everything needed, in at most one round trip."""
        owners = {id_: {"account_id": id_, "generation": generation} for id_, generation, _ in rows}
        unknown = [account_id for account_id in owners if account_id not in known]
        missing = [need for need in needs if not _is_loaded(known.get(need[0]), need[1])]
        queries = [_query(owners[account_id], need) for account_id, need in missing]
        loads = [LOAD.of(wanted=account_id) for account_id in unknown]
        found, parts = self._together(loads, queries) if loads or queries else ([], [])
        loaded = {account_id: state for account_id, (state,) in zip(unknown, found, strict=True)}
        states = {**known, **loaded}
        for (account_id, need), part in zip(missing, parts, strict=True):
            if isinstance(need, Index):
                states[account_id].put_index(need, part)
            else:
                states[account_id].put(*need, part)
        return states

    # The session of a unit

    def fetch(self, _account_id: int, queries: Sequence[Query[R]]) -> list[list[R]]:
        return self._together(queries)[0]

    def load(self, account_id: int) -> AccountState | None:
        return LOAD.first(self, wanted=account_id)

    def begin(self, unit: UnitOfWork) -> Transaction:
        if not self._alone:
            raise RunAgain
        with as_sqlalchemy(self._connection), self._driver.pipeline():
            WriteBatch().write_within(self._run, unit)
        return Transaction(self._connection)

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        with as_sqlalchemy(self._connection):
            self._run(write, rows)

    # Writing

    def take(self, unit: UnitOfWork) -> None:
        """Apply a unit's changes to the state. They are written by the time of the commit."""
        if not unit.has_changed:
            return
        self._changed.take(unit.committed())
        if not unit.in_transaction:
            self._unwritten.take(unit)

    def commit(self) -> WriteBatch:
        """Write pending changes and commit, in one round trip. Return all changes of the units.

        Raises OutcomeUnknown for what goes wrong after COMMIT was sent, unless PostgreSQL refused it.
        """
        with ExitStack() as behind, as_sqlalchemy(self._connection):
            with self._driver.pipeline():
                self._write()
                self._changed.write_accounts(self._run)
                if not state_check.ENABLED:
                    behind.enter_context(committing(self._connection))
                    self._driver.execute("COMMIT")
            if state_check.ENABLED:
                state_check.compare_touched(
                    self._changed, lambda queries: self._together(queries)[0], Missed()
                )
                behind.enter_context(committing(self._connection))
                self._driver.execute("COMMIT")
        return self._changed

    def _write(self) -> None:
        self._unwritten.write_changes(self._run)
        self._unwritten = WriteBatch()

    def _run(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        if write is INSERT_UNAUTHENTICATED:
            self._driver.execute(f"SELECT pg_advisory_xact_lock({_UNAUTHENTICATED_LOCK})")
        self._driver.cursor().executemany(write.sql(self.dialect), rows)

    def _together(
        self, queries: Sequence[Query[R]], others: Sequence[Query[S]] = (), *, begin: bool = False
    ) -> tuple[list[list[R]], list[list[S]]]:
        """Return the rows of each query, and of each of the others, in one round trip."""
        together: list[Query[Any]] = [*queries, *others]
        with as_sqlalchemy(self._connection):
            with self._driver.pipeline():
                if begin:
                    self._driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                self._write()
                cursors = [self._executed(query) for query in together]
            found = [cursor.fetchall() for cursor in cursors]
        dialect, rest = self.dialect, found[len(queries) :]
        return (
            [query.statement.rows(dialect, rows) for query, rows in zip(queries, found, strict=False)],
            [query.statement.rows(dialect, rows) for query, rows in zip(others, rest, strict=True)],
        )

    def _executed(self, query: Query[Any]) -> Any:
        compiled = query.statement.compiled(self.dialect)
        return self._driver.execute(compiled.sql, compiled.values(query.values))


def _is_loaded(state: AccountState | None, need: Need) -> bool:
    if state is None:
        return False
    return need in state.indexes if isinstance(need, Index) else state.has(*need)


def _query(owner: Owner, need: Need) -> Query[Any]:
    return need.query(owner) if isinstance(need, Index) else need[0].query(owner, need[1])
