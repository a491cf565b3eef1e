"""The only connection to SQLite: its settings, and statements that go to the driver unchanged."""

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Dialect, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from invapi_emulator.storage.backends.sqlite_watch import OpenFile
from invapi_emulator.storage.errors import (
    CannotWrite,
    OutcomeUnknown,
    as_sqlalchemy,
    first_line,
    of_a_damaged_file,
)
from invapi_emulator.storage.statement import Query, Write

_log = logging.getLogger(__name__)

R = TypeVar("R")

_TRIES = 5
"""Number of times that a log is opened which another program removes at once."""

LARGE_LOG = 64 * 1024 * 1024
"""Size of the log in bytes from which on it is worth a look whether somebody keeps it from being emptied."""


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
                "busy_timeout = 0",  # who waits for another program's lock keeps everybody waiting
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

    event.listen(
        engine, "handle_error", lambda context: of_a_damaged_file(context.original_exception), retval=True
    )
    return engine


class SqliteConnection:
    """The connection. The driver begins and ends its transactions; all errors are SQLAlchemy's.

    SQLAlchemy does not know of these transactions, but its statements run within them.
    """

    def __init__(self, engine: Engine, file: OpenFile | None) -> None:
        self.dialect: Dialect = engine.dialect
        self._engine = engine
        self._file = file
        self._large = LARGE_LOG
        self._driver: Any = None
        self.refused: CannotWrite | None = None
        """Why the transaction can only be read in; None if it can be written in."""
        self._open()

    def select(self, sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[object]]:
        self.look()
        with as_sqlalchemy(self.sqlalchemy):
            rows: Sequence[Sequence[object]] = self._driver.execute(sql, values).fetchall()
        return rows

    def fetch(self, queries: Sequence[Query[R]]) -> list[list[R]]:
        """Return the rows of each query."""
        return [query.statement.all(self, **query.values) for query in queries]

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row."""
        if self.refused is not None:
            raise self.refused
        sql = write.sql(self.dialect)
        with as_sqlalchemy(self.sqlalchemy):
            self._driver.executemany(sql, rows)

    def look(self) -> None:
        """Make sure that the database can be read. Call this before each read and each transaction."""
        if self._file is not None:
            self._file.keep_index_mapped()
            if self.sqlalchemy.closed:
                self._open_again()

    def begin(self) -> None:
        """Begin a transaction. Raises CannotWrite if another program has locked the file."""
        self.look()
        if self._file is not None and not self._file.beside_is_untouched():
            self._recover_log(self._file)
        try:
            with as_sqlalchemy(self.sqlalchemy):
                self._driver.execute("BEGIN IMMEDIATE")
        except OperationalError as problem:
            raise CannotWrite(first_line(problem)) from None

    def begin_at_least_to_read(self) -> None:
        """Begin a transaction, in which nothing can be written if `begin` would be refused: a lock stops no reader."""
        try:
            self.begin()
        except CannotWrite as problem:
            self.refused = problem
            with as_sqlalchemy(self.sqlalchemy):
                self._driver.execute("PRAGMA query_only = ON")
                self._driver.execute("BEGIN")

    @contextmanager
    def loose_references(self) -> Iterator[None]:
        """Allow tables with references to them to be dropped and made again."""
        self._driver.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self._driver.execute("PRAGMA foreign_keys = ON")

    def commit(self) -> None:
        """End the transaction. Raises CannotWrite if the changes cannot be kept, OutcomeUnknown if they may be lost."""
        if self.refused is not None:  # nothing was written, and the next one is to find the log as it is
            self.roll_back()
            return
        if self._file is not None:
            self._file.keep_index_mapped()
            self._file.refuse_unless_writable()
        try:
            with as_sqlalchemy(self.sqlalchemy):
                self._driver.execute("COMMIT")
        except OperationalError as problem:
            if self._file is not None:
                self._file.log.note()  # part of it may have been written
            raise CannotWrite(first_line(problem)) from None
        if self._file is not None:
            self._note_commit(self._file)

    def roll_back(self) -> None:
        """Roll back the transaction, if there is one: SQLite ends it by itself when a disk is full."""
        self._driver.rollback()
        if self.refused is not None:
            self._driver.execute("PRAGMA query_only = OFF")
            self.refused = None

    def empty_log(self) -> bool:
        """Copy the log into the open file, wherever that was moved to. Return whether all of it was copied."""
        if self._file is not None:
            if self._file.log_is_damaged():
                return False
            try:
                self._file.keep_index_mapped()
            except CannotWrite:
                return False
        try:
            busy, _, _ = self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    def close(self) -> None:
        """Close the file. The last one to close it copies its log into it: a damaged one is left to a reader."""
        is_damaged = self._file is not None and self._file.log_is_damaged()
        last = _reader(self._file.path) if self._file is not None and is_damaged else None
        self.sqlalchemy.close()
        self._engine.dispose()
        if last is not None:
            last.close()
        if self._file is not None:
            self._file.closed()

    def _note_commit(self, file: OpenFile) -> None:
        """Remember the log as it is now. If it was replaced just before the commit, bring that into the file at once."""
        if not file.note():
            try:
                self._recover_log(file)
            except CannotWrite as problem:
                raise OutcomeUnknown("", None, problem, hide_parameters=True) from None
        if file.log.size > self._large:
            self._look_at_large_log(file)

    def _open(self) -> None:
        """Connect, and once more if another program removes at once what SQLite opens. Raises CannotWrite."""
        for _ in range(_TRIES):
            self.sqlalchemy = self._engine.connect()
            self._driver = self.sqlalchemy.connection.driver_connection
            if self._file is None or self._opens_log(self._file):
                return
            self.sqlalchemy.close()
            self._engine.dispose()
        raise CannotWrite("another program removes the log of the file, or its index, again and again")

    def _opens_log(self, file: OpenFile) -> bool:
        """Let SQLite open its log. Return whether that is still in its place."""
        self._driver.execute("SELECT 1 FROM sqlite_schema").fetchone()
        return file.opened()

    def _open_again(self) -> None:
        try:
            self._open()
        except (DBAPIError, sqlite3.Error) as problem:
            self.sqlalchemy.close()
            raise CannotWrite(first_line(problem)) from None

    def _recover_log(self, file: OpenFile) -> None:
        """Bring what the log holds into the file, and open a new log if that one was removed.

        What a removed log holds can still be read; what is missing of one that was cut cannot.
        """
        file.refuse_if_moved()
        if not self.empty_log():
            raise CannotWrite(
                f"the log '{file.log.name}' was removed, cut or overwritten by another program, cannot be read, or is being read by one"
            )
        if file.beside_is_ours():
            file.emptied()
            return
        _log.warning(
            "another program removed '%s' or '-shm' beside it; all that it held is in the file", file.log.name
        )
        self.sqlalchemy.close()
        self._engine.dispose()
        self._open_again()

    def _look_at_large_log(self, file: OpenFile) -> None:
        """Warn if a reader keeps the log from being emptied. Look again when it has doubled."""
        _, pages, copied = self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._large = 2 * file.log.size
        if copied < pages:
            _log.warning(
                "the log '%s' has %d MiB and grows: a long read by another program keeps it from being emptied",
                file.log.name,
                file.log.size // 2**20,
            )


def _reader(file: Path) -> sqlite3.Connection | None:
    """Return a connection that copies no log into the file at its end; None if the file cannot be opened."""
    reader = None
    with suppress(sqlite3.Error):
        reader = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=0)
        reader.execute("SELECT 1 FROM sqlite_schema")
    return reader
