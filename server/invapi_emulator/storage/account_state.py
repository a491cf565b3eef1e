"""The loaded part of an account: its row, its counters, and its records as frozen values."""

from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from msgspec import Struct

from invapi_emulator.domain.accounts import Account
from invapi_emulator.randomness import new_revision
from invapi_emulator.storage.changes import Changes
from invapi_emulator.storage.record import Index, K, Key, Owner, R, Record

MOST_VALUES = 10_000
"""Maximum weight of the values in memory, over all accounts: each counts one, and one more for each kilobyte of text. The least recently used accounts go first.

The account used last may have more, if they were loaded at once: its next unit would load them again.
"""


class Counters(Struct):
    """The last numbers given out.

    `sequence` numbers snapshots, tasks and tokens; `faults_made` fault rules; `objects_made` tags and keys;
    `orders_made` orders and their servers; `invoices_made` invoices; `answered` scrambled answers; `last_event` events; `last_request` calls.
    """

    sequence: int
    faults_made: int
    objects_made: int
    orders_made: int
    invoices_made: int
    answered: int
    last_event: int
    last_request: int


class AccountState:
    """The loaded part of an account, including changes that a batch has yet to write.

    It is valid while its `revision` equals that of the account's row. Every writer draws a new one: after a failover to a
    standby that lacks commits, another server may have written as often as this one. `size` is the weight of its values,
    `growth` that of values which came one by one.
    """

    __slots__ = (
        "account",
        "counted_size",
        "counters",
        "growth",
        "index_weights",
        "indexes",
        "owner",
        "parts",
        "revision",
        "singles",
        "size",
    )

    def __init__(self, account: Account, counters: Counters, revision: int) -> None:
        self.account = account
        self.counters = counters
        self.revision = revision
        self.owner: Owner = {"account_id": account.id, "generation": account.generation}
        self.singles: dict[Record[Any], dict[Key, Any]] = {}
        self.parts: dict[Record[Any], dict[Key, dict[Key, Any]]] = {}
        self.indexes: dict[Index[Any, Any], Any] = {}
        self.index_weights: dict[Index[Any, Any], int] = {}
        self.size = _catalogue_size(account)
        self.counted_size = 0
        self.growth = 0

    @property
    def row(self) -> tuple[Account, Counters, int]:
        """What the account's own row holds."""
        return self.account, self.counters, self.revision

    def has(self, record: Record[Any], part: Key) -> bool:
        held = self.singles if record.single else self.parts
        return part in held.get(record, ())

    def put(self, record: Record[Any], part: Key, rows: Sequence[tuple[Key, Any]]) -> None:
        """Cache a loaded part: all its records, or the fact that it has none."""
        size = 1 + sum(record.weight(value) for _, value in rows)
        self.size += size
        self.growth += size if record.single else 0
        if not record.single:
            self.parts.setdefault(record, {})[part] = dict(rows)
        elif not rows or record.is_small(rows[0][1]):
            self.singles.setdefault(record, {})[part] = rows[0][1] if rows else None

    def put_all(self, record: Record[Any], rows: Iterable[tuple[Key, Any]]) -> None:
        """Cache all values of a single record. Those that are cached already stay: they may have changes."""
        held = self.singles.setdefault(record, {})
        found = {key: value for key, value in rows if key not in held and record.is_small(value)}
        held.update(found)
        self.size += sum(map(record.weight, found.values()))

    def put_index(self, index: Index[K, R], rows: Sequence[R]) -> K:
        """Make and cache an index."""
        made = self.indexes[index] = index.make(rows)
        self.index_weights[index] = index.weight(rows)
        self.size += self.index_weights[index]
        return made

    def keep_indexes(self, former: "AccountState", changed: Container[Record[Any]]) -> None:
        """Take over the indexes of records that have not changed since a former state."""
        for index, kept in former.indexes.items():
            if index.record not in changed:
                self.indexes[index] = kept
                self.index_weights[index] = former.index_weights[index]
                self.size += self.index_weights[index]

    def drop_index(self, index: Index[Any, Any]) -> None:
        if self.indexes.pop(index, None) is not None:
            self.size -= self.index_weights.pop(index)

    def apply(self, account: Account, counters: Counters, changes: Changes) -> None:
        """Apply the changes of a unit of work."""
        if account.catalogue is not self.account.catalogue:
            self.size += _catalogue_size(account) - _catalogue_size(self.account)
        self.account, self.counters = account, counters
        self.revision = new_revision()
        for record in changes.records():
            indexes = [index for kind, index in self.indexes.items() if kind.record is record]
            for key, value in changes.of(record):
                self._take(record, key, value)
                for index in indexes:
                    index.changed(key, value)

    def _take(self, record: Record[Any], key: Key, value: Any) -> None:
        if record.single:
            held = self.singles.setdefault(record, {})
            if value is not None and not record.is_small(value):
                held.pop(key, None)
            else:
                self._grow(record, held, key, value)
                held[key] = value
            return
        part = self.parts.get(record, {}).get(key[: record.part])
        if part is None:
            return
        if value is None:
            part.pop(key, None)
        else:
            self._grow(record, part, key, value)
            part[key] = value

    def _grow(self, record: Record[Any], held: Mapping[Key, Any], key: Key, value: Any) -> None:
        by = _weight(record, value) - (_weight(record, held[key]) if key in held else 0)
        self.size += by
        self.growth += by


def _weight(record: Record[Any], value: Any) -> int:
    """Return how many values a value counts as. That there is none is remembered too."""
    return 1 if value is None else record.weight(value)


def _catalogue_size(account: Account) -> int:
    return 0 if account.catalogue is None else account.catalogue.size


class States:
    """The account states in memory. On PostgreSQL several threads use them."""

    def __init__(self) -> None:
        self._by_account: OrderedDict[int, AccountState] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, account_id: int) -> AccountState | None:
        return self._by_account.get(account_id)

    def put(self, state: AccountState) -> None:
        """Cache a state without unwritten changes as the last one used. Evict others if there are too many values."""
        with self._lock:
            kept = self._by_account.get(state.account.id)
            if kept is not state:
                self._evict(state.account.id)
                self._by_account[state.account.id] = state
                state.counted_size = 0
            self._by_account.move_to_end(state.account.id)
            self._size += state.size - state.counted_size
            state.counted_size = state.size
            while self._size > MOST_VALUES and (len(self._by_account) > 1 or state.growth > MOST_VALUES):
                self._evict(next(iter(self._by_account)))

    def drop(self, account_id: int) -> None:
        with self._lock:
            self._evict(account_id)

    def all(self) -> list[AccountState]:
        with self._lock:
            return list(self._by_account.values())

    def _evict(self, account_id: int) -> None:
        dropped = self._by_account.pop(account_id, None)
        if dropped is not None:
            self._size -= dropped.counted_size
