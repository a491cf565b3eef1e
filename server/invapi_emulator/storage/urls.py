"""Where a database is, as `--db` says it: nothing (in memory), a file, or a URL of sqlite or postgresql."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from invapi_emulator.errors import CannotStart

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_PASSWORD = re.compile(r":[^:@]*@")


def url_of(where: str) -> URL:
    """Return the URL; raises CannotStart with one line, without a password in it."""
    if "://" not in where:
        return URL.create("sqlite", database=where or None)
    try:
        url = make_url(where)
    except ArgumentError:
        shown = _PASSWORD.sub(":***@", where)
        raise CannotStart(f"--db: {shown!r} is no database URL") from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise CannotStart(
            f"--db: {backend!r} is no database it can use; those are a file, sqlite, postgresql"
        )
    return url.set(drivername=_DRIVERS[backend])


def name_of(url: URL) -> str:
    """Return the database as a person names it, its password hidden."""
    return f"'{url.database}'" if url.get_backend_name() == "sqlite" else f"'{url.render_as_string()}'"
