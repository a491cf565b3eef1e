"""Fakes for the emulator: a real time that tests move, and an empty database that follows it."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from invapi_emulator.domain.instants import SECOND, Instant, parse_iso
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage.database import Database

POSTGRESQL = os.environ.get("TEST_DATABASE", "")
"""The URL of a PostgreSQL server for test databases. Without it tests run on SQLite in memory."""

_NUMBERS = itertools.count()
_TIME_OF_THE_TEST = """
CREATE SCHEMA handed;
CREATE SEQUENCE handed.moment;
CREATE FUNCTION handed.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT 'epoch'::timestamptz + last_value * interval '1 microsecond' FROM handed.moment $$;
"""  # the value of a sequence is visible at once, even in open transactions
_MOVE = "SELECT setval('handed.moment', %s)"
_BEFORE_ITS_OWN = "-c search_path=public,handed,pg_catalog"


class FakeClock:
    """A real time that moves only when a test says so. `tell` hears of each move."""

    def __init__(self) -> None:
        self.now: Instant = parse_iso("2026-03-01T12:00:00Z")
        self.tell: Callable[[Instant], object] = lambda _now: None

    def __call__(self) -> Instant:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)
        self.tell(self.now)


@contextmanager
def fresh_database(time: FakeClock) -> Iterator[str]:
    """Lend the URL of an empty database until the block ends. On PostgreSQL it has the test's time."""
    if not POSTGRESQL:
        yield ""
        return
    with database_with_time(POSTGRESQL, time) as url:
        yield url


@contextmanager
def database_with_time(on: str, time: FakeClock) -> Iterator[str]:
    """Lend the URL of an empty PostgreSQL database on a server, with the test's time, until the block ends."""
    beside, name = make_url(on), f"handed_{os.getpid()}_{next(_NUMBERS)}"
    with _connected(beside) as maintenance:
        maintenance.execute(f'CREATE DATABASE "{name}"')
        own = beside.set(database=name)
        with _connected(own) as clock:
            clock.execute(_TIME_OF_THE_TEST)
            told, time.tell = time.tell, lambda now: clock.execute(_MOVE, [now])
            time.go_on(0)
            yield _text(own.update_query_dict({"options": _BEFORE_ITS_OWN}))
            time.tell = told
        maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def opened(time: FakeClock, **settings: Any) -> Iterator[Database]:
    """Open worlds until the block ends, in a new database unless one is named."""
    with ExitStack() as own:
        if "db" not in settings:
            settings["db"] = own.enter_context(fresh_database(time))
        yield own.enter_context(closing(open_worlds(read_settings(settings), time)))


def _connected(url: URL) -> psycopg.Connection:
    return psycopg.connect(_text(url.set(drivername="postgresql")), autocommit=True)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
