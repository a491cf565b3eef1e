"""Tells from its tables whether a database is ours, and which version wrote it."""

from collections.abc import Collection
from pathlib import Path

from invapi_emulator import __version__
from invapi_emulator.errors import CannotStart

HEAD = "0014"
"""The newest migration. A new database is stamped with it."""

PROGRAMS = {
    "0001": "0.1.0",
    "0002": "0.1.0",
    "0003": "0.1.0",
    "0004": "0.1.0",
    "0005": "0.1.0",
    "0006": "0.1.0",
    "0007": "0.2.0",
    "0008": "0.2.0",
    "0009": "0.2.0",
    "0010": "0.2.0",
    "0011": "0.2.0",
    "0012": "0.2.0",
    "0013": "0.2.0",
    "0014": "0.2.0",
}
"""The first version of the program that writes each schema."""

VERSION_TABLE = "alembic_version"
_OURS = frozenset({VERSION_TABLE, "server", "account", "vm", "snapshot", "task"})
"""Tables of every version. Many programs have Alembic's table, so it proves nothing by itself."""


def refuse_if_not_ours(name: str, tables: Collection[str], version: str | None, program: str | None) -> None:
    """Raise CannotStart unless the database is empty or this version can migrate it.

    `program` is the version of the program that used it last, where the database tells.
    """
    if not tables:
        return
    if not _OURS.issubset(tables):
        found = ", ".join(sorted(tables)[:3])
        raise CannotStart(f"--db: {name} holds something else: the tables {found}")
    if version not in known_versions():
        writer = f"invapi-emulator {program}" if program else "another version"
        raise CannotStart(
            f"--db: {name} was written by {writer} (schema {version}; this is {__version__}, which knows up to {HEAD}); "
            "serve it with that version, or give another database"
        )


def known_versions() -> list[str]:
    """Return the versions that have a migration, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (migrations_folder() / "versions").glob("*.py"))


def migrations_folder() -> Path:
    """Return the folder of migrations: in the package if installed, at the top level of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parents[1] / "migrations"
