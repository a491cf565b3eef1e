"""Database errors, and how messages describe them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)


class CannotWrite(Exception):
    """The changes of a transaction could not be kept, so none of them are. The message is the reason."""


class OutcomeUnknown(OperationalError):
    """The connection was lost after COMMIT had been sent. The changes are kept whole or not at all."""


DATABASE_LOST = (OperationalError, InterfaceError, InternalError, CannotWrite)
"""Errors of a database that does not answer or cannot be written. Any other is a bug in the emulator."""

_READ_ONLY = "25006"
_ROLLED_BACK = "40"
"""The class of SQLSTATEs of a transaction that got in the way of another. It can run again."""

_TOOK_TOO_LONG = frozenset({"57014", "55P03"})
"""The SQLSTATEs of a statement that PostgreSQL ended for its timeout, or that got no lock in time."""

_CHANGED = frozenset({_READ_ONLY, "42P01", "42703", "42883", "42501", "3F000", "26000", "0A000"})
"""The SQLSTATEs of a PostgreSQL database that is no longer as it was at the start.

It is read-only, or a table, column, function, privilege, schema, prepared statement or type of a result is gone. A new
connection finds what has come back.
"""


@contextmanager
def as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Raise driver errors as SQLAlchemy's, without the statement's values. Invalidate a lost connection."""
    dialect = connection.dialect
    driver_error: Any = dialect.loaded_dbapi.Error
    try:
        yield
    except driver_error as problem:
        changed = of_a_changed_database(problem)
        driver: Any = connection.connection.dbapi_connection
        lost = bool(changed) or dialect.is_disconnect(problem, driver, None) or _is_stuck(driver)
        if lost:
            connection.invalidate(problem)
        raise (
            changed
            or of_a_damaged_file(problem)
            or DBAPIError.instance(
                "",
                None,
                problem,
                driver_error,
                hide_parameters=True,
                connection_invalidated=lost,
                dialect=dialect,
            )
        ) from problem


def _is_stuck(driver: Any) -> bool:
    """Tell whether a connection of psycopg could not leave its pipeline: results that it waits for never come."""
    return bool(getattr(getattr(driver, "pgconn", None), "pipeline_status", 0))


def of_a_damaged_file(problem: BaseException) -> OperationalError | None:
    """Return the error to raise for SQLite's about a file that is malformed or none of its own: it has no class for it."""
    if type(problem) is not sqlite3.DatabaseError:
        return None
    return OperationalError("", None, problem, hide_parameters=True)


def of_a_changed_database(problem: BaseException) -> OperationalError | None:
    """Return the error to raise for a driver's if the database has changed, so that its connection is no use."""
    if getattr(problem, "sqlstate", None) not in _CHANGED:
        return None
    return OperationalError("", None, problem, hide_parameters=True, connection_invalidated=True)


@contextmanager
def committing(connection: Connection) -> Iterator[None]:
    """Raise OutcomeUnknown, and give the connection up, unless the server itself refused. COMMIT must be the last that is sent.

    An error of the driver does not tell whether the server had carried out the COMMIT by then, whatever its words.
    """
    try:
        yield
    except Exception as problem:
        if _is_refusal(problem):
            raise
        if not connection.invalidated:
            connection.invalidate(problem)
        reason = getattr(problem, "orig", None) or problem
        raise OutcomeUnknown("", None, reason, hide_parameters=True, connection_invalidated=True) from problem


def _is_refusal(problem: Exception) -> bool:
    """Tell whether the server answered with an error that ends the transaction, but not the session.

    It then carries out nothing that was sent with it. SQLAlchemy's own errors come before anything is sent.
    """
    if not isinstance(problem, DBAPIError):
        return isinstance(problem, SQLAlchemyError)
    return getattr(getattr(problem.orig, "diag", None), "severity_nonlocalized", None) == "ERROR"


def concerns_all(problem: Exception) -> bool:
    """Tell whether a transaction has failed for a reason that lies in the database, not in what was done there."""
    return isinstance(problem, DATABASE_LOST) and not (_sqlstate(problem) or "").startswith(_ROLLED_BACK)


def is_unwritable(problem: Exception) -> bool:
    """Tell whether the database can be read, at least."""
    return isinstance(problem, CannotWrite) or _sqlstate(problem) == _READ_ONLY


def why_lost(problem: Exception) -> str:
    """Describe the error in a few words, with what it prevents."""
    if isinstance(problem, CannotWrite):
        return f"cannot write to its database: {problem}"
    assert isinstance(problem, DBAPIError)
    said = first_line(problem)
    if isinstance(problem, OutcomeUnknown):
        return f"has lost its database, and cannot know whether this was carried out: {said}"
    if is_unwritable(problem):
        return f"cannot write to its database: {said}"
    if _sqlstate(problem) in _TOOK_TOO_LONG:
        return f"has waited too long for its database: {said}"
    return f"has lost its database: {said}"


def why_unusable(name: str, problem: Exception) -> str:
    """Describe the error of a start on the database of this name, in one line."""
    if isinstance(problem, DBAPIError):
        return f"cannot use {name}: {first_line(problem)}"
    return f"{name}: it {why_lost(problem)}"


def first_line(problem: DBAPIError | ArgumentError | sqlite3.Error | OSError) -> str:
    """Return the first line of a database's error, without the statement and the advice after it."""
    said = problem.strerror if isinstance(problem, OSError) else getattr(problem, "orig", None)
    return str(said or problem).strip().splitlines()[0]


def _sqlstate(problem: Exception) -> str | None:
    return getattr(getattr(problem, "orig", None), "sqlstate", None)
