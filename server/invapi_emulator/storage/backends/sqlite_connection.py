"""SQLite's only connection: its settings, and the statements that the driver is given as they are."""

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
    """Return an engine of one connection, which every thread may use in turn.

    What a transaction writes reaches the file at its commit only, so that one which is rolled back wants no room.
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
                "wal_autocheckpoint = 700",  # pages; at 1,000, its default, one call in a hundred waits a third longer
            ):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error:
            connection.close()  # nobody else will: the pool has not taken it yet
            raise

    return engine


class SqliteConnection:
    """The connection, whose transactions the driver begins and ends; all raises SQLAlchemy's errors.

    SQLAlchemy, which does not know of them, runs its statements within them.
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
        """Run a statement for each of some rows."""
        sql = write.sql(self.dialect)
        with as_sqlalchemy(self.sqlalchemy):
            self._driver.executemany(sql, rows)

    def begin(self) -> None:
        with as_sqlalchemy(self.sqlalchemy):
            self._driver.execute("BEGIN IMMEDIATE")

    @contextmanager
    def loose_references(self) -> Iterator[None]:
        """Let tables be dropped that others refer to, so that they can be made anew."""
        self._driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self._driver.execute("PRAGMA foreign_keys = ON")

    def commit(self) -> None:
        """End the transaction; raises CannotWrite when what was written cannot be kept."""
        if self._file is not None:
            self._file.refuse_unless_writable()
        try:
            with as_sqlalchemy(self.sqlalchemy):
                self._driver.execute("COMMIT")
        except OperationalError as problem:
            raise CannotWrite(first_line(problem)) from None

    def roll_back(self) -> None:
        """Take back what is not committed, if there is a transaction: SQLite ends one itself when a disk is full."""
        self._driver.rollback()

    def close(self) -> None:
        self.sqlalchemy.close()
