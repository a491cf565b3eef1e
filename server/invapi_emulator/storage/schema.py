"""Bringing a database to the schema of this version: made at once when empty, migrated when older."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.database import Transaction, name_of
from invapi_emulator.storage.tables import metadata

HEAD = "0002"
"""The newest migration: what a database that was made at once is stamped with."""

_SCHEMA_LOCK = 0x1147A92


def prepare_schema(tx: Transaction) -> None:
    """Create or migrate the tables; until the transaction ends, no other server that starts gets further.

    Raises CannotStart when the database holds something else, or was written by a newer version.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
    version = _version(tx)
    if version is None:
        _create(tx)
    elif version != HEAD:
        _migrate(tx, version)


def migrations_folder() -> Path:
    """Return the folder of migrations: in the package when installed, at the top level in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parents[1] / "migrations"


def alembic_config(tx: Connection) -> Any:
    """Return Alembic's configuration for this connection; its import is late, a fresh start needs none of it."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = tx
    return config


def _version(tx: Connection) -> str | None:
    tables = set(inspect(tx).get_table_names())
    if "alembic_version" in tables:
        version: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version
    if tables:
        found = ", ".join(sorted(tables)[:3])
        raise CannotStart(f"--db: {name_of(tx.engine.url)} holds something else: the tables {found}")
    return None


def _create(tx: Connection) -> None:
    metadata.create_all(tx)
    tx.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    tx.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _migrate(tx: Connection, version: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = alembic_config(tx)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version not in known:
        raise CannotStart(
            f"--db: {name_of(tx.engine.url)} was written by another version (schema {version}, "
            f"this one knows up to {HEAD})"
        )
    command.upgrade(config, "head")
