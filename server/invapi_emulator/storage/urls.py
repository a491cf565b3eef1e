"""The location of a database, from `--db`: empty (in memory), a file, or a URL of sqlite or postgresql."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from invapi_emulator.errors import CannotStart
from invapi_emulator.process.logs import MASK

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_PASSWORD = re.compile(r"(?<=:)[^/]*(?=@)|(?<=password=)[^&]*")


def url_of(where: str) -> URL:
    """Return the URL. Raises CannotStart with one line that shows no password."""
    if "://" not in where:
        return URL.create("sqlite", database=where or None)
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        raise CannotStart(
            f"--db: invalid database URL {_PASSWORD.sub(MASK, where)!r} (example: postgresql://me@localhost/worlds)"
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise CannotStart(f"--db: database {backend!r} is not supported; use a file, sqlite or postgresql")
    if "@" in (url.host or ""):
        raise CannotStart("--db: in the password of a database URL, write @ as %40, / as %2F and : as %3A")
    return url.set(drivername=_DRIVERS[backend])


def name_of(url: URL) -> str:
    """Return the name of the database for messages, with its password hidden."""
    if url.get_backend_name() == "sqlite":
        return f"'{url.database}'"
    return f"'{url.difference_update_query(['password']).render_as_string()}'"
