"""Servers that share a PostgreSQL database: notifications, locked accounts, lost connections."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial

import psycopg
import pytest
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError

from invapi_emulator.clock import real_time
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage import accounts, vms
from invapi_emulator.storage.database import AccountBusy, Database, open_database
from invapi_emulator.storage.errors import OutcomeUnknown, why_lost
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.postgres_server import Postgres

TRIES = 300
"""Number of times that notifications are sent, a fifth of a second apart, until they must have arrived."""


class Ear:
    """Listens to the notifications of a database."""

    def __init__(self, database: Database, news: Iterable[int]) -> None:
        self.heard: set[tuple[str, int]] = set()
        self._something = threading.Event()
        for account_id in news:
            database.notifications.listen(account_id, lambda account_id: self._hear("news", account_id))
        database.notifications.listen_for_due(lambda account_id: self._hear("due", account_id))

    def _hear(self, what: str, account_id: int) -> None:
        self.heard.add((what, account_id))
        self._something.set()

    def hears(self, speaker: Database, news: set[int], due: int) -> bool:
        """Tell whether all of this arrives. The first may be sent before it listens."""
        wanted = {("news", account_id) for account_id in news} | {("due", due)}
        for _ in range(TRIES):
            if wanted <= self.heard:
                return True
            speaker.notifications.happened(news)
            speaker.notifications.due_earlier(due)
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


def test_notifications_reach_the_other_server_even_after_a_database_restart(
    two: tuple[Database, Database], postgres: Postgres
) -> None:
    one, other = two
    ear = Ear(other, [7, 17])
    assert ear.hears(one, {7}, 8)
    postgres.restart()
    assert ear.hears(one, {17}, 18)
    assert ear.heard == {("news", 7), ("due", 8), ("news", 17), ("due", 18)}


def test_more_notifications_than_fit_into_one_message_all_arrive(two: tuple[Database, Database]) -> None:
    one, other = two
    news = set(range(10**9, 10**9 + 3000))
    assert Ear(other, news).hears(one, news, 8)


def test_a_worker_gets_no_account_that_another_has_locked(postgres: Postgres) -> None:
    settings = read_settings({"db": postgres.url("held"), "clock": "frozen"})
    with ExitStack() as opened:
        one, other = (open_worlds(settings, real_time()) for _ in range(2))
        for database in (one, other):
            opened.callback(database.close)

        def busy(database: Database) -> bool:
            """Tell whether a caller that does not wait finds the account locked."""
            try:
                asyncio.run(database.run(DEMO, lambda _: None, wait=False))
            except AccountBusy:
                return True
            return False

        def hold(_unit: UnitOfWork) -> list[bool]:
            with ThreadPoolExecutor(1) as elsewhere:
                return [elsewhere.submit(busy, database).result() for database in (one, other)]

        assert one.run_now(DEMO, hold) == [True, True]
        assert [busy(one), busy(other)] == [False, False]


def test_a_connection_lost_during_a_read_is_only_reported_to_the_reader(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    db = postgres.url("lost")
    with closing(open_worlds(read_settings({"db": db}), real_time())) as database:

        def read_while_it_is_lost() -> None:
            with database.read() as tx:
                assert accounts.by_name(tx, "demo")
                postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lost'")

        with pytest.raises(OperationalError):
            read_while_it_is_lost()
        assert "Traceback" not in caplog.text
        with database.read() as tx:
            assert accounts.by_name(tx, "demo")


def test_a_connection_lost_during_a_unit_of_work_rolls_back_its_changes(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    db = postgres.url("lost_amid")
    with closing(open_worlds(read_settings({"db": db}), real_time())) as database:

        def change_while_it_is_lost(unit: UnitOfWork) -> None:
            unit.change_account(scenario="lost")
            postgres.ask(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = 'lost_amid'"
            )

        with pytest.raises(OperationalError) as lost:
            database.run_now(DEMO, change_while_it_is_lost)
        assert lost.value.connection_invalidated
        assert not isinstance(lost.value, OutcomeUnknown)
        assert "Traceback" not in caplog.text
        shown: list[str] = []
        database.run_now(DEMO, lambda unit: shown.append(unit.account.scenario))
        assert shown == ["demo"]


def test_a_connection_lost_during_its_commit_is_told_apart(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    db = postgres.url("lost_at_commit")
    with closing(open_worlds(read_settings({"db": db}), real_time())) as database:
        with database.transaction() as tx:
            for statement in _LOSES_ITSELF_AT_COMMIT:
                tx.connection.exec_driver_sql(statement)
        with pytest.raises(OutcomeUnknown) as lost:
            database.run_now(DEMO, lambda unit: unit.change_account(token_alive=False))
        assert "cannot know whether this was carried out" in why_lost(lost.value)
        assert "Traceback" not in caplog.text
        shown: list[bool] = []
        database.run_now(DEMO, lambda unit: shown.append(unit.account.token_alive))
        assert shown == [True]


_LOSES_ITSELF_AT_COMMIT = (
    """
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
    """,
    """
    CREATE CONSTRAINT TRIGGER loses AFTER UPDATE ON account DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION lose()
    """,
)
"""A deferred constraint is checked within COMMIT."""


_HOLDER = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted = %s AND database = "
_HOLDER += "(SELECT oid FROM pg_database WHERE datname = %s)"


def test_a_server_whose_connection_is_lost_while_it_joins_again_joins_later(postgres: Postgres) -> None:
    db = postgres.url("joins")
    with closing(open_database(db, real_time())) as database, ThreadPoolExecutor(1) as elsewhere:
        (key,) = postgres.ask("SELECT objid::int FROM pg_locks WHERE locktype = 'advisory'")[0]
        with psycopg.connect(db, autocommit=True) as outsider:
            postgres.ask(_HOLDER, True, "joins")
            outsider.execute("SELECT pg_advisory_lock(%s)", [key])
            joining = elsewhere.submit(database.stay_member)
            while not postgres.ask(_HOLDER, False, "joins"):
                assert not joining.done(), joining.result()
            with pytest.raises(OperationalError):
                joining.result()
        database.stay_member()
        assert postgres.locks("joins") == 1


def test_a_failover_that_lost_commits_leaves_no_server_with_what_was_lost(postgres: Postgres) -> None:
    db = postgres.url("failover")
    with (
        closing(open_worlds(read_settings({"db": db}), real_time())) as one,
        closing(open_worlds(read_settings({"db": db}), real_time())) as other,
        psycopg.connect(db, autocommit=True) as standby,
    ):
        one.run_now(DEMO, partial(_name_vm, "before"))
        (before,) = standby.execute("SELECT revision FROM account WHERE id = %s", [DEMO]).fetchall()
        one.run_now(DEMO, partial(_name_vm, "lost"))
        standby.execute("UPDATE vm SET hostname = 'before' WHERE id = 12345")
        standby.execute("UPDATE account SET revision = %s WHERE id = %s", [*before, DEMO])
        other.run_now(DEMO, partial(_name_vm, "kept"))
        assert one.run_now(DEMO, lambda unit: vms.load(unit, 12345).hostname) == "kept"


def test_a_lost_connection_that_the_database_does_not_see_ends_after_three_times_the_patience(
    postgres: Postgres,
) -> None:
    settings = read_settings({"db": postgres.url("unseen_end"), "db_timeout": "1"})
    idle = "SELECT 1 FROM pg_stat_activity WHERE datname = 'unseen_end' AND state = 'idle in transaction'"

    def vanish(_unit: UnitOfWork) -> None:
        assert any(not postgres.ask(idle) for _ in range(20_000))

    with closing(open_worlds(settings, real_time())) as database:
        with pytest.raises(OperationalError):
            database.run_now(DEMO, vanish)
        assert database.run_now(DEMO, lambda unit: unit.account.name) == "demo"


def _name_vm(hostname: str, unit: UnitOfWork) -> None:
    vms.save(unit, replace(vms.load(unit, 12345), hostname=hostname))
