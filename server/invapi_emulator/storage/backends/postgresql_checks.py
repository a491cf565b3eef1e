"""Checks at the start that a PostgreSQL database can hold worlds."""

from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.urls import name_of

_HOLDS_EVERYTHING = ("UTF8", "SQL_ASCII")
"""The encodings that keep every character. SQL_ASCII keeps the bytes that it is given, and is given UTF-8."""


def refuse_unsuitable(engine: Engine) -> None:
    """Raise CannotStart with one line if the database cannot hold worlds."""
    with engine.connect() as connection:
        name = name_of(engine.url)
        driver: Any = connection.connection.driver_connection
        _refuse_encoding_and_schema(connection, name, driver)
        _refuse_read_only(connection, name)
        first = _session(connection)
        connection.commit()
        if first != driver.info.backend_pid and _changes_session(connection, first):
            raise CannotStart(
                f"--db: {name} is behind a pooler that gives each transaction another session; "
                "name PostgreSQL itself, or let the pooler give sessions (pool_mode=session in PgBouncer)"
            )


def _session(connection: Connection) -> int:
    return int(connection.execute(select(func.pg_backend_pid())).scalar_one())


def _changes_session(connection: Connection, first: int) -> bool:
    """Tell whether a connection that was in this session is in another one while a second connection has it."""
    with connection.engine.connect() as other:
        _session(other)
        return _session(connection) != first


def _refuse_read_only(connection: Connection, name: str) -> None:
    question = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')"
    is_standby, read_only = connection.execute(text(question)).one()
    if is_standby:
        raise CannotStart(
            f"--db: {name} is a hot standby, which can only be read; "
            "name the primary, or both hosts with target_session_attrs=read-write"
        )
    if read_only == "on":
        raise CannotStart(
            f"--db: {name} is read-only: default_transaction_read_only is on for the server, the database or the role"
        )


def _refuse_encoding_and_schema(connection: Connection, name: str, driver: Any) -> None:
    encoding = driver.info.parameter_status("server_encoding")
    if encoding not in _HOLDS_EVERYTHING:
        raise CannotStart(
            f"--db: {name} has the encoding {encoding}, which cannot hold every text; "
            "create it with ENCODING 'UTF8' TEMPLATE template0"
        )
    schema, path = connection.execute(text("SELECT current_schema(), current_setting('search_path')")).one()
    if schema is not None and schema.startswith("pg_temp"):
        raise CannotStart(
            f"--db: {name}: its search_path, {path!r}, begins with a schema of temporary tables, which end with their connection"
        )
    if schema is None:
        raise CannotStart(
            f"--db: {name}: its search_path, {path!r}, has no schema that the role {driver.info.user!r} may use"
        )
