"""Brings a database to the schema of this version: creates it if empty, migrates it if older."""

from typing import Any

from sqlalchemy import Connection, inspect, text

from invapi_emulator.storage.tables import metadata
from invapi_emulator.storage.urls import name_of
from invapi_emulator.storage.versions import HEAD, VERSION_TABLE, migrations_folder, refuse_if_not_ours

_SCHEMA_LOCK = 0x1147A92


def prepare_schema(tx: Connection) -> str | None:
    """Create or migrate the tables. Return the version that was found, None in a new database.

    Other servers that start wait until the transaction ends. Raises CannotStart if the database holds
    something else, or if a newer version wrote it.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
    tables = set(inspect(tx).get_table_names())
    version = _version(tx) if VERSION_TABLE in tables else None
    refuse_if_not_ours(name_of(tx.engine.url), tables, version, _program(tx, tables))
    if not tables:
        _create(tx)
    elif version != HEAD:
        _migrate(tx)
    return version


def alembic_config(tx: Connection) -> Any:
    """Return Alembic's configuration for this connection. Imported late: a fresh start does not need it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = tx
    return config


def _version(tx: Connection) -> str | None:
    version: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _program(tx: Connection, tables: set[str]) -> str | None:
    """Return the version of the program that used the database last. Schemas before 0007 do not tell."""
    if "server" not in tables or "program" not in {
        column["name"] for column in inspect(tx).get_columns("server")
    }:
        return None
    program: str | None = tx.execute(text("SELECT program FROM server")).scalar()
    return program


def _create(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":
        _limit_indexes_as_on_sqlite()
    metadata.create_all(tx, checkfirst=False)
    tx.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    tx.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _limit_indexes_as_on_sqlite() -> None:
    """Limit the indexes for PostgreSQL too. Naming its option where they are made would load its dialect at each start."""
    for table in metadata.tables.values():
        for index in table.indexes:
            options = index.dialect_options
            options["postgresql"]["where"] = options["sqlite"]["where"]


def _migrate(tx: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(tx), "head")
