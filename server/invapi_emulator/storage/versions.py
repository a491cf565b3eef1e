"""Whose a database is and of which version, told from its tables: ours, somebody else's, a newer one's."""

from collections.abc import Collection
from pathlib import Path

from invapi_emulator.errors import CannotStart

HEAD = "0006"
"""The newest migration: what a database that was made at once is stamped with."""

VERSION_TABLE = "alembic_version"
_OURS = frozenset({VERSION_TABLE, "server", "account", "vm", "snapshot", "task"})
"""Tables that every version had; Alembic's alone says nothing, many programs have it."""


def refuse_if_not_ours(name: str, tables: Collection[str], version: str | None) -> None:
    """Raise CannotStart unless the database is empty, or one that this version can bring up to date."""
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
    """Return the versions that there is a migration to, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (migrations_folder() / "versions").glob("*.py"))


def migrations_folder() -> Path:
    """Return the folder of migrations: in the package when installed, at the top level in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parents[1] / "migrations"
