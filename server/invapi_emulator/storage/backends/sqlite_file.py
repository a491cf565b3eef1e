"""The file of a SQLite database: checked before any write, and locked for one server."""

import logging
import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.backends.sqlite_links import KEPT_BY_SQLITE
from invapi_emulator.storage.backends.sqlite_lock import Identity, lock_for_life
from invapi_emulator.storage.backends.sqlite_place import mount_point, mounts, verdict
from invapi_emulator.storage.versions import VERSION_TABLE, refuse_if_not_ours

_log = logging.getLogger(__name__)

WRITABLE = 0o222
_NOT_A_DATABASE = "SQLITE_NOTADB"
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")


def take_file(file: Path, resources: ExitStack) -> Identity:
    """Lock a file until the resources are closed. Two servers would each run its tasks on their own time.

    Return its identity. Raises CannotStart if another server has it, or if it is damaged or not ours; such a
    file is not written to. Raises OSError if it cannot be written.
    """
    if not file.parent.is_dir():
        raise NotADirectoryError(f"there is no directory '{file.parent}'")
    _refuse_unless_writable(file)
    beside = Path(f"{file}.lock")
    was_there = beside.exists()
    identity = lock_for_life(file, resources)
    try:
        _look_at(file)
    except CannotStart:
        if not was_there:
            beside.unlink()  # leave no file of ours beside a file that is not ours
        raise
    _warn_of_its_place(file)
    return identity


def _warn_of_its_place(file: Path) -> None:
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        _log.warning(
            "--db: '%s' can be read by others (mode %03o); it holds tokens and keys: chmod 600", file, mode
        )
    point, kind = mount_point(file, mounts())
    if verdict(kind) == "warn":
        _log.warning(
            "--db: '%s' is on a file system (%s) whose locks may hold for this machine alone: let no program beyond it open the file",
            file,
            kind,
        )
    if point == str(file):
        _log.warning(
            "--db: '%s' is mounted by itself, so its log is kept beside another name of it and is lost with it; mount its folder",
            file,
        )


def _refuse_unless_writable(file: Path) -> None:
    """Raise OSError if the file, or one beside it, cannot be written, or is marked so, which would not stop root."""
    if file.is_dir():
        raise IsADirectoryError(0, "Is a directory")
    if file.exists() and not file.is_file():
        raise OSError(0, "it is not a regular file")
    place = file if file.exists() else file.parent
    if not os.access(place, os.W_OK) or not place.stat().st_mode & WRITABLE:
        raise PermissionError(0, "it is read-only")
    if file.exists() and file.stat().st_nlink > 1:
        raise OSError(0, "it has a hard link, and each name would have its own log; use a copy")
    for beside in (Path(f"{file}{end}") for end in KEPT_BY_SQLITE):
        if beside.exists() and not beside.is_file():  # SQLite would wait for a pipe
            raise OSError(0, f"'{beside}' is not a regular file")


def _look_at(file: Path) -> None:
    """Read a file without leaving a trace. Raise CannotStart if it is damaged or not ours."""
    if not file.exists() or file.stat().st_size == 0:
        return
    log = Path(f"{file}-wal")
    nothing_pending = not log.exists() or log.stat().st_size == 0
    how = "mode=ro&immutable=1" if nothing_pending else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?{how}", uri=True, timeout=0)) as looking:
            refuse_if_not_ours(f"'{file}'", *_contents(looking))
            (found,) = looking.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as problem:
        if problem.sqlite_errorname == _NOT_A_DATABASE:
            raise CannotStart(f"--db: '{file}': file is not a database") from None
        if problem.sqlite_errorname.startswith(_LOCKED):
            raise CannotStart(f"--db: '{file}' is locked by another program") from None
        if problem.sqlite_errorname == "SQLITE_READONLY_ROLLBACK":
            raise CannotStart(
                f"--db: '{file}-journal' is the journal of another program, beside the log of this one: SQLite would "
                "undo changes of the database with it; nothing was changed; move it away, or use a copy"
            ) from None
        found = str(problem)
    if found != "ok":
        raise CannotStart(
            f"--db: '{file}' is damaged: {found.splitlines()[-1]}; "
            "it was not changed; use a copy or another file"
        )


def _contents(looking: sqlite3.Connection) -> tuple[list[str], str | None, str | None]:
    """Return the tables, the schema's version and the program's."""
    found = looking.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    tables = [name for (name,) in found]
    schema = _only_value(looking, VERSION_TABLE, "version_num")
    return tables, schema, _only_value(looking, "server", "program")


def _only_value(looking: sqlite3.Connection, table: str, column: str) -> str | None:
    """Return the value in a table of one row, if there are such a table, column and row."""
    columns = looking.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    if (column,) not in columns:
        return None
    row = looking.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608 - constants
    return None if row is None or row[0] is None else str(row[0])
