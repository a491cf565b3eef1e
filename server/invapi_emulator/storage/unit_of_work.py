"""A unit of work: one call's changes to one account, kept together or not at all.

It never spans an await. Reads look at its own changes first, then at the account's state, then in the
database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.changes import Changes
from invapi_emulator.storage.record import Index, Kept, Key, Record
from invapi_emulator.storage.statement import Query, Write
from invapi_emulator.storage.transaction import Transaction

R = TypeVar("R")
V = TypeVar("V")
K = TypeVar("K", bound=Kept)


class RunAgain(Exception):
    """The unit must run again: a change it has read could not be written, or it needs a transaction alone."""


class Session(Protocol):
    """What a unit reads through, and how it gets a transaction of its own."""

    def fetch(self, account_id: int, queries: Sequence[Query[R]]) -> list[list[R]]:
        """Return the rows of each query; raises RunAgain."""

    def begin(self, unit: "UnitOfWork") -> Transaction:
        """Begin a transaction that contains the unit's changes so far; raises RunAgain."""

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement in that transaction, once for each row."""

    def load(self, account_id: int) -> AccountState | None:
        """Return an account as it is in the database; raises RunAgain."""


class UnitOfWork:
    """A unit of work on an account, at a real time.

    - `real_time`: reads the time of the process, for work that must not take long.
    - `owned`: false if the unit has no account, as for a call with a refused token. Such a unit has no
      `state`, `account` and `counters`.
    - `appended`: rows of the journal and of events; `trimmed`: what is then too old. Each with its statement.
    - `due_earlier`: true if a task may fall due before the first one known so far.
    - `version`: the count of changes.
    - `only_vm`: the id of the only VM that the handler of a call may see, or None if it may see all.
    """

    def __init__(
        self, session: Session, state: AccountState | None, real_now: Instant, real_time: RealTime
    ) -> None:
        self.session = session
        self.real_now = real_now
        self.real_time = real_time
        self.owned = state is not None
        self.changes = Changes()
        self.appended: list[tuple[Write, Sequence[object]]] = []
        self.trimmed: list[tuple[Write, Sequence[object]]] = []
        self.due_earlier = False
        self.version = 0
        self.only_vm: int | None = None
        self._transaction: Transaction | None = None
        if state is not None:
            self.state = state
            self.account: Account = state.account
            self.counters = replace(state.counters)

    @property
    def has_changed(self) -> bool:
        """Tell whether the unit has changed anything."""
        return self.version > 0 or self.has_written

    @property
    def has_written(self) -> bool:
        """Tell whether the unit has changed anything by SQL."""
        return self._transaction is not None and self._transaction.has_written

    @property
    def in_transaction(self) -> bool:
        """Tell whether the unit has its own transaction, because it reads or writes by SQL."""
        return self._transaction is not None

    # Reading

    def one(self, record: Record[V], key: Key) -> V | None:
        """Return the record with this key, or None."""
        changed: V | None = self.changes.found(record, key, self)
        if changed is not self:
            return changed
        if record.single:
            held: V | None = self._single(record, key)
            return held
        return self._part(record, key[: record.part]).get(key)

    def part(self, record: Record[V], part: Key) -> Mapping[Key, V]:
        """Return the records that share these first key columns."""
        held = self._part(record, part)
        if not self.changes.concern(record):
            return held
        changed = {key: value for key, value in self.changes.of(record) if key[: record.part] == part}
        if not changed:
            return held
        return {key: value for key, value in {**held, **changed}.items() if value is not None}

    def index(self, index: Index[K, R]) -> K:
        """Return an index. It does not include the unit's own changes."""
        kept: K | None = self.state.indexes.get(index)
        if kept is None:
            kept = self.state.put_index(index, self.rows(index.query(self.state.owner)))
        return kept

    def evict(self, index: Index[Any, Any]) -> None:
        """Drop an index. It is rebuilt at its next use."""
        self.state.drop_index(index)

    def load_all(self, record: Record[V], parts: Iterable[Key]) -> None:
        """Load the missing ones of these parts, in one round trip."""
        missing = [part for part in parts if not self.state.has(record, part)]
        if len(missing) > 1:
            queries = [record.query(self.state.owner, part) for part in missing]
            for part, rows in zip(missing, self.session.fetch(self.account.id, queries), strict=True):
                self.state.put(record, part, rows)

    def rows(self, query: Query[R]) -> list[R]:
        """Return the rows of a query. They do not include the unit's own changes."""
        return self.all_rows([query])[0]

    def all_rows(self, queries: Sequence[Query[R]]) -> list[list[R]]:
        """Return the rows of each query, in one round trip. They do not include the unit's own changes."""
        return self.session.fetch(self.account.id, queries) if queries else []

    def sql(self) -> Transaction:
        """Return a transaction with the unit's changes. Later changes are written at once."""
        if self._transaction is None:
            self._transaction = self.session.begin(self)
        return self._transaction

    def reload(self, *written: Record[Any]) -> None:
        """Load the account again, after SQL changed it in the unit's own transaction. Something may be due earlier then.

        `written` are the only records that SQL may have changed. Without any, it may have changed all.
        """
        assert self._transaction is not None
        state = self.session.load(self.account.id)
        assert state is not None
        if written:
            state.keep_indexes(self.state, {*written, *self.changes.records()})
        self.state, self.account, self.counters = state, state.account, replace(state.counters)
        self.changes = Changes()
        self.appended, self.trimmed = [], []
        self.due_earlier = True

    # Changing

    def add(self, record: Record[V], key: Key, value: V) -> None:
        """Add a new record."""
        self.version += 1
        self.changes.insert(record, key, value)
        if self._transaction is not None:
            self.session.write(record.insert, [record.inserted(self.state.owner, key, value)])

    def save(self, record: Record[V], key: Key, value: V) -> None:
        """Change an existing record."""
        self.version += 1
        self.changes.update(record, key, value)
        if self._transaction is not None:
            self.session.write(record.update, [record.updated(self.state.owner, key, value)])

    def remove(self, record: Record[Any], key: Key) -> None:
        """Remove an existing record."""
        self.remove_all(record, (key,))

    def remove_all(self, record: Record[Any], keys: Sequence[Key]) -> None:
        """Remove existing records."""
        self.version += len(keys)
        for key in keys:
            self.changes.delete(record, key)
        if self._transaction is not None and keys:
            self.session.write(record.delete, [(self.account.id, *key) for key in keys])

    def append(self, write: Write, row: Sequence[object]) -> None:
        """Append a row that never changes again."""
        self.version += 1
        if self._transaction is None:
            self.appended.append((write, row))
        else:
            self.session.write(write, [row])

    def trim(self, write: Write, row: Sequence[object]) -> None:
        """Remove appended rows that are too old."""
        if self._transaction is None:
            self.trimmed.append((write, row))
        else:
            self.session.write(write, [row])

    def change_account(self, **changes: Any) -> None:
        self.version += 1
        self.account = replace(self.account, **changes)

    def nested(self, work: Callable[[], R]) -> R:
        """Do some work. If it raises, roll back its changes and nothing else."""
        assert self._transaction is None, "written changes cannot be rolled back here"
        before = (self.account, replace(self.counters), self.changes.copy(), self.due_earlier, self.version)
        appended, trimmed = len(self.appended), len(self.trimmed)
        try:
            return work()
        except BaseException:
            self.account, self.counters, self.changes, self.due_earlier, self.version = before
            del self.appended[appended:], self.trimmed[trimmed:]
            raise

    def committed(self) -> "UnitOfWork":
        """Apply the changes to the state, before they are written."""
        if self.owned:
            self.state.apply(self.account, self.counters, self.changes)
        return self

    def _single(self, record: Record[V], key: Key) -> V | None:
        held = self.state.singles.get(record)
        if held is None or key not in held:
            return self._load(record, key).get(key)
        value: V | None = held[key]
        return value

    def _part(self, record: Record[V], part: Key) -> Mapping[Key, V]:
        if record.single:
            value = self._single(record, part)
            return {} if value is None else {part: value}
        held: Mapping[Key, V] | None = self.state.parts.get(record, {}).get(part)
        return self._load(record, part) if held is None else held

    def _load(self, record: Record[V], part: Key) -> dict[Key, V]:
        rows = self.rows(record.query(self.state.owner, part))
        self.state.put(record, part, rows)
        return dict(rows)
