"""Statements that are compiled once for each engine and then handed to its driver as they are.

From a statement to its rows SQLAlchemy takes ten times what SQLite does. What every call asks is prepared here; all
else goes through `tx.execute`, which both may do in the same transaction.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Dialect, Executable, Float, Select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from invapi_emulator.storage.transaction import Transaction

_BY_NAME: dict[str, Dialect] = {"sqlite": sqlite.dialect(paramstyle="named")}
"""Dialects other than the engine's own, so that every driver takes values by name."""

_Process = Callable[[Any], Any]


class _Compiled:
    """A statement in the words of one engine."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        binds = {compiled.bind_names[bind]: bind for bind in compiled.binds.values()}
        self.constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self.incoming = _processes({name: bind.type for name, bind in binds.items()}, dialect, incoming=True)
        self.row: _Process = tuple
        self.outgoing: list[tuple[int, _Process]] = []
        if isinstance(statement, Select):
            selected = list(statement.selected_columns)
            names = [str(column.key) for column in selected]
            self.row = namedtuple("Row", names, rename=True)._make  # type: ignore[attr-defined] # noqa: PYI024 - not known before
            types = {number: column.type for number, column in enumerate(selected)}
            self.outgoing = _processes(types, dialect, incoming=False)

    def values(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.constants and not self.incoming:
            return given
        values = {**self.constants, **given}
        for name, process in self.incoming:
            values[name] = process(values[name])
        return values

    def made(self, found: Sequence[Any]) -> Any:
        if not self.outgoing:
            return self.row(found)
        values = list(found)
        for place, process in self.outgoing:
            values[place] = process(values[place])
        return self.row(values)


class Prepared:
    """A statement whose parameters are bound by name; `columns` are those that an insert or update writes.

    After one that writes nothing is known any more (`Transaction.known`), unless it `leaves_known` what is: either it
    is about what nobody keeps, or its caller keeps what is true now.
    """

    def __init__(
        self, statement: Executable, columns: Sequence[str] | None = None, *, leaves_known: bool = False
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._writes = bool(getattr(statement, "is_dml", False))
        self._spoils = self._writes and not leaves_known
        self._by_engine: dict[str, _Compiled] = {}

    def run(self, tx: Transaction, values: Mapping[str, Any]) -> None:
        """Run what answers nothing; raises SQLAlchemy's errors, as `tx.execute` does."""
        compiled = self._about_to_run(tx)
        try:
            tx.driver.execute(compiled.sql, compiled.values(values))
        except tx.dialect.loaded_dbapi.Error as problem:
            raise _as_sqlalchemy_says(tx, compiled.sql, problem) from problem
        if self._spoils:
            tx.known.clear()

    def all(self, tx: Transaction, **values: Any) -> list[Any]:
        """Return the rows, whose columns are attributes where it is a select; raises as `run` does."""
        compiled = self._about_to_run(tx)
        try:
            found = tx.driver.execute(compiled.sql, compiled.values(values)).fetchall()
        except tx.dialect.loaded_dbapi.Error as problem:
            raise _as_sqlalchemy_says(tx, compiled.sql, problem) from problem
        if self._spoils:
            tx.known.clear()
        return [compiled.made(row) for row in found]

    def first(self, tx: Transaction, **values: Any) -> Any | None:
        """Return the first row, None without any."""
        found = self.all(tx, **values)
        return found[0] if found else None

    def scalar(self, tx: Transaction, **values: Any) -> Any:
        """Return the first column of the first row, None without any."""
        row = self.first(tx, **values)
        return None if row is None else row[0]

    def _about_to_run(self, tx: Transaction) -> _Compiled:
        if self._writes and tx.before_writing is not None:
            tx.before_writing()
        return self._compiled(tx)

    def _compiled(self, tx: Transaction) -> _Compiled:
        engine = tx.dialect.name
        compiled = self._by_engine.get(engine)
        if compiled is None:
            dialect = _BY_NAME.get(engine, tx.dialect)
            compiled = self._by_engine[engine] = _Compiled(self._statement, self._columns, dialect)
        return compiled


_SAVEPOINT = Prepared(text("SAVEPOINT block"))
_ROLLBACK = Prepared(text("ROLLBACK TO SAVEPOINT block"))


@contextmanager
def savepoint(tx: Transaction) -> Iterator[None]:
    """Take back what the block did, and nothing else of the transaction, when it raises.

    The savepoint is made when something is first to be written, as most calls write nothing, and ends with the transaction.
    After an error of the database there may be no transaction any more: that is left to whoever made it.
    """
    is_made = False

    def make() -> None:
        nonlocal is_made
        tx.before_writing, is_made = None, True
        _SAVEPOINT.run(tx, {})

    tx.before_writing = make
    try:
        yield
    except DBAPIError:
        raise
    except BaseException:
        if is_made:
            _ROLLBACK.run(tx, {})
            tx.taken_back()
        raise
    finally:
        tx.before_writing = None


def _processes(types: Mapping[Any, TypeEngine[Any]], dialect: Dialect, *, incoming: bool) -> list[Any]:
    """Return what turns values into what the driver takes, or what it gives into values, where that is needed."""
    found = []
    for name, type_ in types.items():
        if isinstance(type_, Float) and not incoming:
            continue  # both drivers give floats as such
        impl = type_.dialect_impl(dialect)
        process = impl.bind_processor(dialect) if incoming else impl.result_processor(dialect, None)
        if process is not None:
            found.append((name, process))
    return found


def _as_sqlalchemy_says(tx: Transaction, sql: str, problem: Exception) -> Exception:
    """Return a driver's error as SQLAlchemy's, the connection given up if it is lost; without the values bound."""
    lost = tx.dialect.is_disconnect(problem, None, None)  # type: ignore[arg-type] # a driver's error it is
    if lost:
        tx.connection.invalidate(problem)
    return DBAPIError.instance(
        sql, None, problem, tx.dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=tx.dialect,
    )  # fmt: skip
