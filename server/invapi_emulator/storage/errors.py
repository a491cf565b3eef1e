"""Database errors, and how messages describe them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError


class CannotWrite(Exception):
    """The changes of a transaction could not be kept, so none of them are. The message is the reason."""


DATABASE_LOST = (OperationalError, InterfaceError, InternalError, CannotWrite)
"""Errors of a database that does not answer or cannot be written. Any other is a bug in the emulator."""


@contextmanager
def as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Raise driver errors as SQLAlchemy's, without the statement's values. Invalidate a lost connection."""
    dialect = connection.dialect
    driver_error: Any = dialect.loaded_dbapi.Error
    try:
        yield
    except driver_error as problem:
        lost = dialect.is_disconnect(problem, connection.connection.dbapi_connection, None)
        if lost:
            connection.invalidate(problem)
        raise DBAPIError.instance(
            "",
            None,
            problem,
            driver_error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from problem


def why_lost(problem: Exception) -> str:
    """Describe the error in a few words, with what it prevents."""
    if isinstance(problem, CannotWrite):
        return f"cannot write to its database: {problem}"
    assert isinstance(problem, DBAPIError)
    return f"has lost its database: {first_line(problem)}"


def first_line(problem: DBAPIError | OSError) -> str:
    """Return the first line of a database's error, without the statement and the advice after it."""
    said = problem.strerror if isinstance(problem, OSError) else problem.orig
    return str(said or problem).strip().splitlines()[0]
