"""Tells from its tables whether a database is ours, and which version wrote it."""

from collections.abc import Collection
from pathlib import Path

from invapi_emulator.errors import CannotStart

HEAD = "0006"
"""The newest migration. A new database is stamped with it."""

VERSION_TABLE = "alembic_version"
_OURS = frozenset({VERSION_TABLE, "server", "account", "vm", "snapshot", "task"})
"""Tables of every version. Many programs have Alembic's table, so it proves nothing by itself."""


def refuse_if_not_ours(name: str, tables: Collection[str], version: str | None) -> None:
    """Raise CannotStart unless the database is empty or this version can migrate it."""
    if not tables:
        return
    if not _OURS.issubset(tables):
        found = ", ".join(sorted(tables)[:3])
        raise CannotStart(f"--db: {name} holds something else: the tables {found}")
    if version not in known_versions():
        raise CannotStart(
            f"--db: {name} was written by another version (schema {version}, this one knows up to {HEAD}); "
            "serve it with that version, or give another file"
        )


def known_versions() -> list[str]:
    """Return the versions that have a migration, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (migrations_folder() / "versions").glob("*.py"))


def migrations_folder() -> Path:
    """Return the folder of migrations: in the package if installed, at the top level of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parents[1] / "migrations"
