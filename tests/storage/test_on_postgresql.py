"""Servers that share a PostgreSQL database: news between them, accounts that one holds, connections that are lost."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from postgres_server import Postgres
from sqlalchemy.exc import OperationalError

from invapi_emulator.clock import real_time
from invapi_emulator.opening import open_worlds
from invapi_emulator.settings import read_settings
from invapi_emulator.storage import accounts
from invapi_emulator.storage.database import Database, open_database

TRIES = 300
"""So often news are sent again, a fifth of a second apart, until they must have arrived."""


class Ear:
    """Who listens to a database's news."""

    def __init__(self, database: Database) -> None:
        self.heard: set[tuple[str, int]] = set()
        self._something = threading.Event()
        database.notices.listen(lambda account_id: self._hear("news", account_id))
        database.notices.listen_for_due(lambda account_id: self._hear("due", account_id))

    def _hear(self, what: str, account_id: int) -> None:
        self.heard.add((what, account_id))
        self._something.set()

    def hears(self, speaker: Database, news: set[int], due: int) -> bool:
        """Tell whether it hears all of this; the first may be said before it listens."""
        wanted = {("news", account_id) for account_id in news} | {("due", due)}
        for _ in range(TRIES):
            if wanted <= self.heard:
                return True
            speaker.notices.happened(news)
            speaker.notices.due_earlier(due)
            self._something.wait(0.2)
            self._something.clear()
        return False


@pytest.fixture
def two(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    db = postgres.url(request.node.name[-40:])
    with ExitStack() as opened:
        one, other = (open_database(db, real_time()) for _ in range(2))
        for database in (one, other):
            opened.callback(database.close)
        yield one, other


def test_news_of_one_reach_the_other_also_after_a_restart_of_the_database(
    two: tuple[Database, Database], postgres: Postgres
) -> None:
    one, other = two
    ear = Ear(other)
    assert ear.hears(one, {7}, 8)
    postgres.restart()
    assert ear.hears(one, {17}, 18)
    assert ear.heard == {("news", 7), ("due", 8), ("news", 17), ("due", 18)}


def test_more_news_than_fit_into_one_notice_all_arrive(two: tuple[Database, Database]) -> None:
    one, other = two
    assert Ear(other).hears(one, set(range(10**9, 10**9 + 3000)), 8)


def test_a_worker_gets_no_account_that_another_holds(postgres: Postgres) -> None:
    settings = read_settings({"db": postgres.url("held"), "clock": "frozen"})
    with ExitStack() as opened:
        one, other = (open_worlds(settings, real_time()) for _ in range(2))
        for database in (one, other):
            opened.callback(database.close)
        with one.write() as tx, other.write() as tx_of_other:
            demo = accounts.by_name(tx, "demo")
            assert demo is not None
            assert accounts.by_id_unless_held(tx_of_other, demo.id) is None
            assert accounts.is_there(tx_of_other, demo.id)
        with other.write() as tx:
            assert accounts.by_id_unless_held(tx, demo.id) == demo


def test_a_connection_that_is_lost_while_somebody_reads_is_told_to_the_reader_alone(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    db = postgres.url("lost")
    with closing(open_worlds(read_settings({"db": db}), real_time())) as database:

        def read_while_it_is_lost() -> None:
            with database.read() as tx:
                assert accounts.by_id(tx, 1)
                postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lost'")

        with pytest.raises(OperationalError):
            read_while_it_is_lost()
        assert "Traceback" not in caplog.text
        with database.read() as tx:
            assert accounts.by_id(tx, 1)
