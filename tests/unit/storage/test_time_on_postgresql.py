"""On PostgreSQL the time of a world never goes back, even if the database's clock does."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import httpx
import pytest

from invapi_emulator.clock import real_time
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage import heartbeat
from invapi_emulator.storage.database import Database
from tests.support.fake_clock import FakeClock, database_with_time
from tests.support.harness import Emulator, running
from tests.support.postgres_server import USER, Postgres

HOUR = 3600


@pytest.fixture
def db(postgres: Postgres, time: FakeClock) -> Iterator[str]:
    """Return the URL of a database whose clock shows the test's time."""
    with database_with_time(f"postgresql://{USER}@/postgres?host={postgres.folder}", time) as url:
        yield url


def now_of(emulator: Emulator) -> str:
    now: str = emulator.clock["now"]
    return now


def test_a_clock_stands_still_while_the_databases_clock_is_behind(db: str, time: FakeClock) -> None:
    with running(db=db, clock="real", rate=1) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        emulator.eq("show")
        time.go_on(10)
        before = now_of(emulator)
        time.go_on(-HOUR)
        assert now_of(emulator) == before
        emulator.eq("show")
        assert http.get("/_emulator/accounts").json()["accounts"][0]["clock"]["now"] == before
        time.go_on(HOUR + 5)
        assert before < now_of(emulator)


def opened_twice(db: str, opened: ExitStack) -> list[Database]:
    settings = read_settings({"db": db, "clock": "real"})
    return [opened.enter_context(closing(open_worlds(settings, real_time()))) for _ in range(2)]


def test_another_server_does_not_go_back_behind_the_last_heartbeat(db: str, time: FakeClock) -> None:
    with ExitStack() as opened:
        one, other = opened_twice(db, opened)
        time.go_on(10)
        with one.transaction() as tx:
            before = one.real_now(tx)
            heartbeat.say_alive(tx, before)
        time.go_on(-HOUR)
        with other.transaction() as tx:
            assert other.real_now(tx) == before
            heartbeat.say_alive(tx, before - 1)
            assert heartbeat.last_alive_at(tx) == before


def test_clocks_go_on_at_once_if_no_server_ran_when_the_databases_clock_was_set_back(
    db: str, time: FakeClock
) -> None:
    with running(db=db, clock="real", rate=1) as server, httpx.Client(base_url=server.url) as http:
        time.go_on(10)
        before = now_of(Emulator(server, http))
    time.go_on(-HOUR)
    with running(db=db) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        assert now_of(emulator) == before
        time.go_on(5)
        assert now_of(emulator) > before
