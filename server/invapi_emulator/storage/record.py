"""How values of one kind are stored: their table, their key within an account, and how a value becomes a row.

An account's records are loaded in parts. A part is all records with the same first key columns. A record is
`single` if it is a part by itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Table, bindparam, delete, select, update

from invapi_emulator.storage.json_column import Json, json_text
from invapi_emulator.storage.statement import Insertion, Query, Statement, Write
from invapi_emulator.storage.tables import metadata

R = TypeVar("R")
V = TypeVar("V")

Key: TypeAlias = tuple[Any, ...]
"""The key columns of a record, in order. In a batch of several accounts the account's id comes first."""

Owner: TypeAlias = Mapping[str, int]
"""The columns `account_id` and `generation` of an account's records."""


_PLACES = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
"""The position of each table in an order with parents before children."""


def without_owner(row: RowMapping) -> dict[str, Any]:
    """Return the columns of a row of an account but the one that says whose it is."""
    return {name: value for name, value in row.items() if name != "account_id"}


class Record(Generic[V]):
    """A kind of record.

    The first `part` columns of the `key` name the part that a record is loaded with, in `order`. An update
    writes the columns in `changing`. A column holds the value's attribute of the same name, unless `paths`
    names another or `computed` makes it. `read` makes a value from the columns. `is_small` tells whether a
    value may stay in memory, and `weight` how many values it counts as there: one, and one more for each
    kilobyte of text.
    """

    def __init__(  # noqa: PLR0913 - the full description of a table
        self,
        table: Table,
        key: Sequence[str],
        *,
        part: int,
        read: Callable[[dict[str, Any]], V],
        changing: Sequence[str],
        paths: Mapping[str, str] | None = None,
        computed: Mapping[str, Callable[[V], Any]] | None = None,
        order: str | None = None,
        is_small: Callable[[V], bool] = lambda _value: True,
        weight: Callable[[V], int] = lambda _value: 1,
    ) -> None:
        self.key, self.part = tuple(key), part
        self.single = part == len(self.key)
        self.place = _PLACES[table.name]
        self.is_small, self.weight = is_small, weight
        self._read = read
        self._owned_by = [name for name in ("account_id", "generation") if name in table.c]
        rest = [column.name for column in table.c if column.name not in (*self._owned_by, *key)]
        columns = partial(_Columns[V], table, paths or {}, computed or {})
        self._rest, self._changing = columns(rest), columns(changing)
        self._names = (*self.key, *rest)
        self._table = table
        mine = [table.c[name] == bindparam(name) for name in (*self._owned_by, *self.key[:part])]
        # + 0: with a plain order SQLite uses the index on it, and reads the rows of the whole account.
        self.select = self.where(*mine, order=None if order is None else table.c[order] + 0)
        self.insert = Insertion(table, (*self._owned_by, *self._names))
        one = [table.c[name] == bindparam(f"of_{name}") for name in ("account_id", *key)]
        which = tuple(f"of_{name}" for name in ("account_id", *key))
        self.update = Write(update(table).where(*one), (*changing, *which), changing)
        self.delete = Write(delete(table).where(*one), which)

    def where(
        self, *conditions: ColumnElement[bool], order: Any = None, most: Any = None
    ) -> "Statement[tuple[Key, V]]":
        """Return a statement that selects records with their keys: the first `most`, in an order."""
        selected = select(*(self._table.c[name] for name in self._names)).where(*conditions)
        return Statement(selected.order_by(order).limit(most), self._made)

    def _made(self, *columns: Any) -> tuple[Key, V]:
        return columns[: len(self.key)], self._read(dict(zip(self._names, columns, strict=True)))

    def query(self, owner: Owner, part: Key) -> Query[tuple[Key, V]]:
        """Return the query for a part of an account's records, with their keys."""
        values: dict[str, Any] = {name: owner[name] for name in self._owned_by}
        return Query(self.select, values | dict(zip(self.key, part, strict=False)))

    def inserted(self, owner: Owner, key: Key, value: V) -> tuple[object, ...]:
        """Return the row that `insert` binds."""
        return (*(owner[name] for name in self._owned_by), *key, *self._rest.values(value))

    def updated(self, owner: Owner, key: Key, value: V) -> tuple[object, ...]:
        """Return the row that `update` binds."""
        return (*self._changing.values(value), owner["account_id"], *key)


class _Columns(Generic[V]):
    """Some columns of a table, and how to make the driver's values from a value."""

    def __init__(
        self,
        table: Table,
        paths: Mapping[str, str],
        computed: Mapping[str, Callable[[V], Any]],
        names: Sequence[str],
    ) -> None:
        # A computed value replaces an attribute that every value has.
        any_path = next((paths.get(name, name) for name in names if name not in computed), "")
        read = [any_path if name in computed else paths.get(name, name) for name in names]
        # With a single name attrgetter returns no tuple.
        self._read: Callable[[V], Any] = attrgetter(*read, read[0]) if read else lambda _value: ()
        self._count = len(names)
        self._computed = [(place, computed[name]) for place, name in enumerate(names) if name in computed]
        self._json = [place for place, name in enumerate(names) if isinstance(table.c[name].type, Json)]

    def values(self, value: V) -> list[object]:
        row: list[object] = list(self._read(value)[: self._count])
        for place, make in self._computed:
            row[place] = make(value)
        for place in self._json:
            row[place] = json_text(row[place])
        return row


class Kept(Protocol):
    """Derived from an account's records. `changed` receives each changed value, None once deleted."""

    def changed(self, key: Key, value: Any) -> None: ...

    def content(self) -> Any:
        """Return a value to compare the content by, or None if it must be rebuilt."""


K = TypeVar("K", bound=Kept)


@dataclass(frozen=True, slots=True, eq=False)
class Index(Generic[K, R]):
    """A way to find an account's records, derived from them: `make` builds it from the rows of `query`.

    `weight` tells how many values it counts as in memory. Twenty short rows take a kilobyte.
    """

    record: Record[Any]
    query: Callable[[Owner], Query[R]]
    make: Callable[[Iterable[R]], K]
    weight: Callable[[Sequence[R]], int] = lambda rows: len(rows) // 20
