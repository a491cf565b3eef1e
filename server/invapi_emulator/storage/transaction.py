"""A SQL transaction, for the control API, the page and the start."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable

from invapi_emulator.storage.errors import as_sqlalchemy
from invapi_emulator.storage.statement import Write


class Transaction:
    """Statements on one connection. The creator begins and ends it. All raise SQLAlchemy's errors.

    `has_written` tells whether a statement has changed anything.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.has_written = False
        self._driver: Any = connection.connection.driver_connection

    @property
    def dialect(self) -> Dialect:
        return self.connection.dialect

    def select(self, sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[object]]:
        """Return the rows of a select, which goes to the driver unchanged."""
        with as_sqlalchemy(self.connection):
            rows: Sequence[Sequence[object]] = self._driver.execute(sql, values).fetchall()
        return rows

    def write(self, write: Write, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row, which goes to the driver unchanged."""
        self.has_written = True
        with as_sqlalchemy(self.connection):
            self._driver.cursor().executemany(write.sql(self.dialect), rows)

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> "CursorResult[*tuple[Any, ...]]":
        """Run a SQLAlchemy statement."""
        self.has_written = self.has_written or bool(getattr(statement, "is_dml", False))
        return self.connection.execute(statement, values)
