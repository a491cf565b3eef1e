"""Names of a SQLite file: symbolic links, and names that SQLite gives to what it keeps beside a file.

SQLite keeps the log beside the file that links lead to, and opens no log that is a link.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from invapi_emulator.errors import CannotStart

_BESIDE = ("-wal", "-shm")
KEPT_BY_SQLITE = (*_BESIDE, "-journal")
"""How the names end of what SQLite keeps beside a file."""


def file_of(url: URL) -> Path | None:
    """Return the file with all links resolved; None in memory. Raises CannotStart if its place cannot be told."""
    given = _given(url)
    if given is None:
        return None
    try:
        return given.resolve()
    except RuntimeError:
        raise CannotStart(f"--db: '{given}' is a symbolic link that leads back to itself") from None
    except OSError as problem:
        raise CannotStart(f"--db: '{given}': {problem.strerror}") from None


def refuse_name_of_log(url: URL) -> None:
    """Raise CannotStart for a name that another database has for its log, which SQLite deletes without a word."""
    file = file_of(url)
    for end in KEPT_BY_SQLITE:
        if file is not None and file.name.endswith(end):
            owner = file.name.removesuffix(end)
            raise CannotStart(
                f"--db: '{file}': SQLite would delete it beside '{owner}'; choose a name without {end}"
            )


def given_in(url: URL) -> Path:
    """Return the file as it was given, whole: what its links lead to may change."""
    return Path(str(url.database)).absolute()


def refuse_links(url: URL) -> None:
    """Raise CannotStart if links keep a log from the file that it belongs to."""
    given, file = _given(url), file_of(url)
    if given is None or file is None:
        return
    for name in _BESIDE:
        beside = Path(f"{file}{name}")
        if beside.is_symlink():
            raise CannotStart(
                f"--db: '{beside}' is a symbolic link to '{beside.readlink()}', and SQLite opens no log by a link; "
                "put the file that it leads to in its place, or remove the link if that is gone"
            )
    for link in _links(given):
        log = Path(f"{link}-wal")
        if log.is_file() and log.stat().st_size:
            raise CannotStart(
                f"--db: '{link}' is a symbolic link, and the log beside it, '{log}', is read by nobody; "
                f"if it belongs to '{file}', move it to '{file}-wal', otherwise remove it"
            )


def _given(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _links(path: Path) -> Iterator[Path]:
    """Yield a path and those it leads to, as long as they are links. They must not lead in a circle."""
    while path.is_symlink():
        yield path
        path = path.parent / path.readlink()
