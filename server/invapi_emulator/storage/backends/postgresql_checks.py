"""Checks at the start that a PostgreSQL database can hold worlds."""

from typing import Any

from sqlalchemy import Connection, text

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.urls import name_of

_HOLDS_EVERYTHING = ("UTF8", "SQL_ASCII")
"""The encodings that keep every character. SQL_ASCII keeps the bytes that it is given, and is given UTF-8."""


def refuse_unsuitable(connection: Connection) -> None:
    """Raise CannotStart with one line if the database cannot hold every text, or has no schema for the role."""
    name = name_of(connection.engine.url)
    driver: Any = connection.connection.driver_connection
    encoding = driver.info.parameter_status("server_encoding")
    if encoding not in _HOLDS_EVERYTHING:
        raise CannotStart(
            f"--db: {name} has the encoding {encoding}, which cannot hold every text; "
            "create it with ENCODING 'UTF8' TEMPLATE template0"
        )
    schema, path = connection.execute(text("SELECT current_schema(), current_setting('search_path')")).one()
    if schema is None:
        raise CannotStart(
            f"--db: {name}: its search_path, {path!r}, has no schema that the role {driver.info.user!r} may use"
        )
