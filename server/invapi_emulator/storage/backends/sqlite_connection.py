"""The only connection to SQLite: its settings, and statements that go to the driver unchanged."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Dialect, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError

from invapi_emulator.storage.backends.sqlite_file import OpenFile
from invapi_emulator.storage.errors import CannotWrite, as_sqlalchemy, first_line
from invapi_emulator.storage.statement import Write


def sqlite_engine(url: URL, *, fsync: bool) -> Engine:
    """Return an engine with one connection, which every thread may use in turn.

    A transaction reaches the file only at its commit, so a rolled back one takes no space there.
    """
    engine = create_engine(
        url,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error must not show a token that was bound
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        synchronous = "FULL" if fsync else "NORMAL"
        try:
            for setting in (
                "foreign_keys = ON",
                "busy_timeout = 500",
                "journal_mode = WAL",
                f"synchronous = {synchronous}",
                "temp_store = MEMORY",
                "cache_spill = OFF",
                "wal_autocheckpoint = 700",  # pages; 1,000, the default, makes one call in a hundred slower by a third
            ):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error:
            connection.close()  # the pool does not have it yet, so nothing else would close it
            raise

    return engine


class SqliteConnection:
    """The connection. The driver begins and ends its transactions; all errors are SQLAlchemy's.

    SQLAlchemy does not know of these transactions, but its statements run within them.
    """

    def __init__(self, engine: Engine, file: OpenFile | None) -> None:
        self.sqlalchemy = engine.connect()
        self._driver: Any = self.sqlalchemy.connection.driver_connection
        self._file = file

    @property
    def dialect(self) -> Dialect:
        return self.sqlalchemy.dialect

    def select(self, sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[object]]:
        with as_sqlalchemy(self.sqlalchemy):
            rows: Sequence[Sequence[object]] = self._driver.execute(sql, values).fetchall()
        return rows

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row."""
        sql = write.sql(self.dialect)
        with as_sqlalchemy(self.sqlalchemy):
            self._driver.executemany(sql, rows)

    def begin(self) -> None:
        with as_sqlalchemy(self.sqlalchemy):
            self._driver.execute("BEGIN IMMEDIATE")

    @contextmanager
    def loose_references(self) -> Iterator[None]:
        """Allow tables with references to them to be dropped and made again."""
        self._driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self._driver.execute("PRAGMA foreign_keys = ON")

    def commit(self) -> None:
        """End the transaction. Raises CannotWrite if the changes cannot be kept."""
        if self._file is not None:
            self._file.refuse_unless_writable()
        try:
            with as_sqlalchemy(self.sqlalchemy):
                self._driver.execute("COMMIT")
        except OperationalError as problem:
            raise CannotWrite(first_line(problem)) from None

    def roll_back(self) -> None:
        """Roll back the transaction, if there is one: SQLite ends it by itself when a disk is full."""
        self._driver.rollback()

    def close(self) -> None:
        self.sqlalchemy.close()
