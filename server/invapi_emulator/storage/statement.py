"""Statements that are compiled once for each engine and passed to its driver unchanged.

SQLAlchemy takes ten times as long as SQLite from a statement to its rows. The statements of every call are
compiled here; all others go through `Transaction.execute`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from sqlalchemy import Dialect, Executable, Float, Select, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

R = TypeVar("R")

_Process: TypeAlias = Callable[[Any], Any]


class Runner(Protocol):
    """Runs statements on a driver's connection. Raises SQLAlchemy's errors, without the bound values."""

    @property
    def dialect(self) -> Dialect: ...

    def select(self, sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[object]]:
        """Return the rows of a select."""


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """A statement and its bound values."""

    statement: "Statement[R]"
    values: Mapping[str, Any]


class Statement(Generic[R]):
    """A select. `make` builds each row from the columns, in order. Values are bound by name."""

    def __init__(self, selection: Select[Any], make: Callable[..., R]) -> None:
        self._selection = selection
        self._make = make
        self._by_engine: dict[str, _Selecting] = {}

    def of(self, **values: Any) -> Query[R]:
        return Query(self, values)

    def all(self, on: Runner, **values: Any) -> list[R]:
        """Return the rows."""
        compiled = self.compiled(on.dialect)
        return self.rows(on.dialect, on.select(compiled.sql, compiled.values(values)))

    def first(self, on: Runner, **values: Any) -> R | None:
        """Return the first row, or None."""
        found = self.all(on, **values)
        return found[0] if found else None

    def lazily(self, on: Runner, **values: Any) -> Iterator[R]:
        """Select the rows now, and make each when it is asked for, which takes longer."""
        dialect, found = on.dialect, self.raw(on, **values)
        return (made for row in found for made in self.rows(dialect, (row,)))

    def raw(self, on: Runner, **values: Any) -> Sequence[Sequence[object]]:
        """Return the rows as the driver has them, to compare them with those of another time."""
        compiled = self.compiled(on.dialect)
        return on.select(compiled.sql, compiled.values(values))

    def rows(self, dialect: Dialect, found: Sequence[Sequence[object]]) -> list[R]:
        """Return the rows made from those that a driver found."""
        outgoing, make = self.compiled(dialect).outgoing, self._make
        if not outgoing:
            return [make(*row) for row in found]
        rows = []
        for row in found:
            columns = list(row)
            for place, process in outgoing:
                columns[place] = process(columns[place])
            rows.append(make(*columns))
        return rows

    def compiled(self, dialect: Dialect) -> "_Selecting":
        compiled = self._by_engine.get(dialect.name)
        if compiled is None:
            compiled = self._by_engine[dialect.name] = _Selecting(self._selection, dialect)
        return compiled


class _Selecting:
    """A select in the SQL of one engine."""

    def __init__(self, selection: Select[Any], dialect: Dialect) -> None:
        by_name = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = _compile(selection, by_name)
        self.sql = str(compiled)
        binds = {compiled.bind_names[bind]: bind for bind in compiled.binds.values()}
        self._constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        columns = enumerate(selection.selected_columns)
        self.outgoing = [
            (place, process)
            for place, column in columns
            if (process := _from_driver(column.type, dialect)) is not None
        ]

    def values(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**self._constants, **given} if self._constants else given


class Write:
    """An insert, update or delete of many rows at once. Values are bound by position, in order of `names`.

    `columns` are those that an update sets, or that an insert computes itself.
    """

    def __init__(self, statement: Executable, names: Sequence[str], columns: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._statement = statement
        self._columns = columns
        self._by_engine: dict[str, str] = {}

    def sql(self, dialect: Dialect) -> str:
        text = self._by_engine.get(dialect.name)
        if text is None:
            style = "qmark" if dialect.name == "sqlite" else "format"
            by_place = type(dialect)(paramstyle=style)  # type: ignore[call-arg] # every dialect takes it
            text = self._by_engine[dialect.name] = self._compiled(by_place)
        return text

    def _compiled(self, dialect: Dialect) -> str:
        compiled = _compile(self._statement, dialect, self._columns)
        assert tuple(compiled.positiontup or ()) == self.names, (compiled.positiontup, self.names)
        return str(compiled)


class Insertion(Write):
    """An insert of whole rows, with their columns in any order."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        super().__init__(insert(table), names)
        self._table = table

    def _compiled(self, dialect: Dialect) -> str:
        quoted = dialect.identifier_preparer
        columns = ", ".join(quoted.quote(name) for name in self.names)
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(self.names))
        return f"INSERT INTO {quoted.format_table(self._table)} ({columns}) VALUES ({marks})"  # noqa: S608 - the table's own name


def _compile(statement: Any, dialect: Dialect, columns: Sequence[str] | None = None) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    assert isinstance(compiled, SQLCompiler)
    return compiled


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    if isinstance(type_, Float):
        return None  # both drivers return floats
    return type_.dialect_impl(dialect).result_processor(dialect, None)
