"""The file of a SQLite database: checked before any write, locked for one server, and watched for removal."""

import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from sqlalchemy import URL, Engine

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.versions import VERSION_TABLE, refuse_if_not_ours

_WRITABLE = 0o222
_NOT_A_DATABASE = "SQLITE_NOTADB"


def file_of(url: URL) -> Path | None:
    """Return the file with all links resolved; None in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).resolve()


def take_file(file: Path, resources: ExitStack) -> None:
    """Lock a file until the resources are closed. Two servers would each run its tasks on their own time.

    Raises CannotStart if another server has it, or if it is damaged or not ours; such a file is not written
    to. Raises OSError if it cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - a database in memory needs no lock

    if not file.parent.is_dir():
        raise NotADirectoryError(f"there is no directory '{file.parent}'")
    _refuse_unless_writable(file)
    beside = Path(f"{file}.lock")
    was_there = beside.exists()
    lock = FileLock(beside, thread_local=False)  # the server may stop in another thread
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CannotStart(f"--db: '{file}' is in use by another server{_holder(beside)}") from None
    resources.callback(lock.release)
    try:
        _look_at(file)
    except CannotStart:
        if not was_there:
            beside.unlink()  # leave no file of ours beside a file that is not ours
        raise


class OpenFile:
    """The file that a server writes to. SQLite would go on with a file that was removed or replaced."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._name = str(file)
        self._opened = _identity(file)

    def clear_away(self) -> None:
        """Remove the log of a file that is no longer there. It would be read into the file in its place.

        Call this when everything in the log is in the file, wherever the file was moved to.
        """
        try:
            if _identity(self._file) == self._opened:
                return
        except FileNotFoundError:
            pass
        for name in ("-wal", "-shm"):
            Path(f"{self._file}{name}").unlink(missing_ok=True)

    def sign(self, who: str) -> None:
        """Name the server in the lock file, for the next one that wants the file."""
        Path(f"{self._file}.lock").write_text(f"{who}\n", encoding="utf-8")

    def refuse_unless_writable(self) -> None:
        """Raise CannotWrite if a commit now would not be in the file that is opened next."""
        try:
            found = os.stat(self._name)  # noqa: PTH116 - asked at every commit: a Path takes longer than the system call
            if (found.st_dev, found.st_ino) != self._opened:
                raise CannotWrite(f"another file has taken the place of '{self._file}'")
            if not found.st_mode & _WRITABLE or not os.access(self._name, os.W_OK):
                raise CannotWrite(f"'{self._file}': it is read-only")
        except FileNotFoundError:
            raise CannotWrite(f"the file '{self._file}' is gone") from None
        except OSError as problem:
            raise CannotWrite(f"'{self._file}': {problem.strerror}") from None


def checkpoint(engine: Engine) -> bool:
    """Copy the log into the open file. SQLite does not do so for a file that was moved."""
    connection = engine.raw_connection()
    try:
        busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return not busy


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _refuse_unless_writable(file: Path) -> None:
    """Raise OSError if the file cannot be written, or is marked so, which would not stop root."""
    if file.is_dir():
        raise IsADirectoryError(0, "Is a directory")
    if file.exists() and not file.is_file():
        raise OSError(0, "it is not a regular file")
    place = file if file.exists() else file.parent
    if not os.access(place, os.W_OK) or not place.stat().st_mode & _WRITABLE:
        raise PermissionError(0, "it is read-only")
    if file.exists() and file.stat().st_nlink > 1:
        raise OSError(0, "it has a hard link, and each name would have its own log; use a copy")


def _look_at(file: Path) -> None:
    """Read a file without leaving a trace. Raise CannotStart if it is damaged or not ours."""
    if not file.exists() or file.stat().st_size == 0:
        return
    log = Path(f"{file}-wal")
    nothing_pending = not log.exists() or log.stat().st_size == 0
    how = "mode=ro&immutable=1" if nothing_pending else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?{how}", uri=True)) as looking:
            tables, version = _tables_in(looking)
            refuse_if_not_ours(f"'{file}'", tables, version)
            (found,) = looking.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as problem:
        if problem.sqlite_errorname == _NOT_A_DATABASE:
            raise CannotStart(f"--db: '{file}': file is not a database") from None
        found = str(problem)
    if found != "ok":
        raise CannotStart(
            f"--db: '{file}' is damaged: {found.splitlines()[-1]}; "
            "it was not changed; use a copy or another file"
        )


def _tables_in(looking: sqlite3.Connection) -> tuple[list[str], str | None]:
    found = looking.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    tables = [name for (name,) in found]
    if VERSION_TABLE not in tables:
        return tables, None
    row = looking.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    return tables, row and str(row[0])


def _holder(lock: Path) -> str:
    try:
        who = lock.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
    return f": {who}" if who else ""
