"""On PostgreSQL nothing waits without end: for a silent server, for a turn, for an account."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from invapi_emulator.clock import real_time
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage.backends.postgresql_connection import PatientConnection
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import CannotWrite, OutcomeUnknown, why_lost
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.postgres_server import USER, Postgres
from tests.unit.storage.together import at_once, started_of, stored


@pytest.fixture
def database(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Return the worlds in a database that is waited for during a second."""
    settings = {"db": postgres.url(request.node.name[-40:]), "seed": 7, "clock": "frozen", "db_timeout": 1}
    with closing(open_worlds(read_settings(settings), real_time())) as database:
        yield database


def test_a_connection_to_a_silent_server_is_closed(postgres: Postgres) -> None:
    with PatientConnection.connect(host=str(postgres.folder), user=USER, dbname="postgres") as connection:
        connection.patience = 0.3
        with pytest.raises(psycopg.OperationalError, match=r"^the database has been silent for 0.3 s$"):
            connection.execute("SELECT pg_sleep(60)")
        assert connection.closed


def test_a_connection_may_wait_longer_for_notifications(postgres: Postgres) -> None:
    with PatientConnection.connect(host=str(postgres.folder), user=USER, dbname="postgres") as connection:
        connection.patience = 0.1
        connection.execute("LISTEN nothing")
        assert not list(connection.notifies(timeout=0.3))
        assert not connection.closed


@pytest.mark.parametrize("statements", [1, 5])
def test_a_statement_that_is_larger_than_the_buffers_is_sent_as_a_whole(
    postgres: Postgres, statements: int
) -> None:
    with PatientConnection.connect(host=str(postgres.folder), user=USER, dbname="postgres") as connection:
        connection.patience = 10
        for _ in range(10):
            with connection.pipeline():
                said = [
                    connection.execute("SELECT length(%s::text)", ["x" * 4_000_000])
                    for _ in range(statements)
                ]
            assert [cursor.fetchall() for cursor in said] == [[(4_000_000,)]] * statements


def test_calls_for_an_account_that_somebody_holds_too_long_are_refused_and_not_carried_out(
    database: Database,
) -> None:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [DEMO])
        outcomes = at_once(database, *[started_of] * 30)  # they do not wait one after the other
    for held in outcomes:
        assert isinstance(held, OperationalError)
        assert why_lost(held).startswith("has waited too long for its database: ")
        assert not isinstance(held, OutcomeUnknown)
    assert asyncio.run(database.run(DEMO, started_of)) == 1
    assert stored(database) == 1


def test_a_call_waits_only_so_long_for_others_in_the_same_server(database: Database) -> None:
    def second_call(unit: UnitOfWork) -> None:
        assert unit.owned
        refusals: list[Exception] = []

        def call() -> None:
            try:
                database.run_now(DEMO, started_of)
            except CannotWrite as refusal:
                refusals.append(refusal)

        elsewhere = threading.Thread(target=call)
        elsewhere.start()
        elsewhere.join()
        assert [str(refusal) for refusal in refusals] == ["other calls have held the account for 1 s"]

    database.run_now(DEMO, second_call)
    assert asyncio.run(database.run(DEMO, started_of)) == 1


def test_what_waits_too_long_for_its_turn_is_not_done(database: Database) -> None:
    """All threads are in use, and the last one asked for is refused before it does anything."""
    done: list[str] = []
    free = threading.Event()

    async def ask() -> list[object]:
        held = [asyncio.create_task(database.call(free.wait)) for _ in range(8)]
        await asyncio.sleep(0)
        late = asyncio.create_task(database.call(lambda: done.append("late")))
        asyncio.get_running_loop().call_later(1.1, free.set)
        outcomes = await asyncio.gather(late, return_exceptions=True)
        await asyncio.gather(*held)
        return list(outcomes)

    (refusal,) = asyncio.run(ask())
    assert str(refusal) == "its connections have been in use for 1 s"
    assert isinstance(refusal, CannotWrite)
    assert not done


def test_a_call_whose_turn_comes_too_late_is_refused(database: Database) -> None:
    free = threading.Event()

    def hold(_unit: UnitOfWork) -> None:
        free.wait()

    async def ask() -> list[object]:
        first = asyncio.create_task(database.run(None, hold))
        await asyncio.sleep(0)
        late = asyncio.create_task(database.run(None, lambda _unit: pytest.fail("it has run")))
        asyncio.get_running_loop().call_later(1.1, free.set)
        return list(await asyncio.gather(first, late, return_exceptions=True))

    first, late = asyncio.run(ask())
    assert first is None
    assert isinstance(late, CannotWrite)
