"""A transaction: what handlers, finish functions and queries take first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

T = TypeVar("T")

Key: TypeAlias = tuple[str | int, ...]
"""A subject, and which: `("vm", account, id)`."""

MOST_KNOWN = 4_000
"""So much is known at the most; then it is read again."""


class Transaction:
    """Statements on one connection, and what is known from those before.

    `known` holds what was read, by subject and key, as long as it is true: on SQLite, which one server has for
    itself, from one transaction to the next, on PostgreSQL until the end of one. Whoever writes keeps it true: what
    goes through `execute` empties it, and so does what is taken back; a statement that is prepared says whether it does.
    `touched` are the accounts in which something happened. `before_writing` is done before the next statement that may
    write. `driver` is the connection of sqlite3 or psycopg, both of which have the same `execute`.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.driver: Final[Any] = connection.connection.driver_connection
        self.dialect = connection.dialect
        self.known: dict[Key, Any] = {}
        self.touched: set[int] = set()
        self.before_writing: Callable[[], None] | None = None

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> "CursorResult[*tuple[Any, ...]]":
        """Run a statement the way of SQLAlchemy, which raises its errors."""
        if not getattr(statement, "is_select", False):
            if self.before_writing is not None:
                self.before_writing()
            if getattr(statement, "is_dml", False):
                self.known.clear()
        return self.connection.execute(statement, values)

    def keep(self, key: Key, value: T) -> T:
        """Know this from now on, and answer it; nobody may change it."""
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[key] = value
        return value

    def once(self, key: Key, read: Callable[[], T]) -> T:
        """Answer what is known by this key, or what is read now and known from now on."""
        if key in self.known:
            known: T = self.known[key]
            return known
        return self.keep(key, read())

    def forget(self, key: Key) -> None:
        self.known.pop(key, None)

    def begin(self) -> None:
        self.connection.begin()

    def commit(self) -> None:
        self.connection.commit()

    def roll_back(self) -> None:
        """Take back what is not committed."""
        self.connection.rollback()

    def taken_back(self) -> None:
        """Forget what may have been written meanwhile: part of the transaction was taken back."""
        self.known.clear()

    def changes(self) -> int:
        """Return how much was changed so far: nothing was since, as long as this is the same.

        On PostgreSQL it always is: what cannot be written there is lost at once.
        """
        return 0
