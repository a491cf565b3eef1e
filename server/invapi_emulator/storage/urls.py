"""The location of a database, from `--db`: empty (in memory), a file, or a URL of sqlite or postgresql.

No message shows more of a URL than what is known to be no secret.
"""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from invapi_emulator.errors import CannotStart
from invapi_emulator.process.secret_words import MASK

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SHOWN = frozenset(
    {
        "application_name",
        "connect_timeout",
        "host",
        "hostaddr",
        "port",
        "service",
        "sslmode",
        "target_session_attrs",
        "user",
    }
)
"""Names in a query whose values are shown. All others may be a secret or lead to one, if only by a typing error."""

_NO_FILE = re.compile(
    r"(?:postgres|postgresql|mysql|mariadb|oracle|mssql|sqlite|jdbc|file|http|https)(?:\+\w+)?:"
    r"|(?:host|hostaddr|port|dbname|user|password|service|sslmode)\s*=",
    re.IGNORECASE,
)
"""How URLs without // and libpq's words begin. They may hold a password, which no file should be named after."""

_USER = re.compile(r"[^/\\@:]*:(?![/\\])[^@]*@")
"""How a URL without its scheme begins: a user, a password and an @. A Windows path has a backslash after its colon."""

_SHORTEST = 4
"""Shorter secrets are not looked for in texts: they are parts of other words."""


def url_of(where: str) -> URL:
    """Return the URL. Raises CannotStart with one line that shows no password."""
    if "://" not in where:
        if found := _NO_FILE.match(where):
            raise CannotStart(
                f"--db: '{found[0]}{MASK}' is not a file name: expected a path, or a URL such as postgresql://me:password@localhost:5432/worlds; "
                "a file of that name is ./ and the name"
            )
        if _USER.match(where):
            raise CannotStart(
                f"--db: '{MASK}' looks like a database URL without its scheme, which may have a password: "
                "expected a path, or a URL such as postgresql://me:password@localhost:5432/worlds; a file of that name is ./ and the name"
            )
        return URL.create("sqlite", database=where or None)
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        scheme = where.partition("://")[0].partition(":")[0]
        raise CannotStart(
            f"--db: invalid database URL '{scheme}://{MASK}', whose parts are not shown as a password may be among them: "
            "is the port a number? (example: postgresql://me:password@localhost:5432/worlds)"
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise CannotStart(f"--db: database {backend!r} is not supported; use a file, sqlite or postgresql")
    if backend == "sqlite" and url.query:
        raise CannotStart(
            "--db: a SQLite file takes no options: leave out the ? and what follows it in the URL"
        )
    if "@" in (url.host or ""):
        raise CannotStart("--db: in the password of a database URL, write @ as %40, / as %2F and : as %3A")
    return url.set(drivername=_DRIVERS[backend])


def name_of(url: URL) -> str:
    """Return the name of the database for messages, with its secrets hidden."""
    if url.get_backend_name() == "sqlite":
        return f"'{url.database}'"
    shown = (
        url.set(database=MASK) if "=" in (url.database or "") else url
    )  # options of libpq, in the wrong place
    hidden = dict.fromkeys(url.query.keys() - _SHOWN, MASK)
    return f"'{shown.update_query_dict(hidden).render_as_string()}'".replace("%2A%2A%2A", MASK)


def without_secrets(url: URL, text: str) -> str:
    """Return a text, such as the driver's, in which the secrets of the URL are masked."""
    in_query = (value for name in url.query.keys() - _SHOWN for value in url.normalized_query[name])
    for secret in sorted(filter(None, (url.password, *in_query)), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, MASK)
    return text
