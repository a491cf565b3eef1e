"""What goes wrong with a database, and what it is called before a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError


class CannotWrite(Exception):
    """What a transaction wrote could not be kept, so none of it is there; the message is the reason."""


DATABASE_LOST = (OperationalError, InterfaceError, InternalError, CannotWrite)
"""What is raised when a database does not answer, or takes no writing; anything else is a mistake of ours."""


@contextmanager
def as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Raise a driver's error as SQLAlchemy's, without the statement's values; give up a connection that is lost."""
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
    """Say in a few words what is wrong, and what it keeps from being done."""
    if isinstance(problem, CannotWrite):
        return f"cannot write to its database: {problem}"
    assert isinstance(problem, DBAPIError)
    return f"has lost its database: {first_line(problem)}"


def first_line(problem: DBAPIError | OSError) -> str:
    """Return what a database says is wrong, without the statement and the advice behind it."""
    said = problem.strerror if isinstance(problem, OSError) else problem.orig
    return str(said or problem).strip().splitlines()[0]
