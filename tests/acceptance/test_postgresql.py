"""On PostgreSQL: its schema, several servers on one database, a database that stops and comes back."""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, create_engine

from invapi_emulator.domain.instants import MINUTE, parse_iso
from invapi_emulator.storage.urls import url_of
from invapi_emulator.storage.versions import known_versions
from tests.support.both_ways import assert_migrated_is_as_made
from tests.support.postgres_server import Postgres
from tests.support.processes import served, wait_until

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("version", known_versions())
def test_a_migrated_database_equals_a_new_one_and_keeps_its_rows(postgres: Postgres, version: str) -> None:
    with ExitStack() as engines:
        names = iter((f"made_{version}", f"migrated_{version}"))

        def new_engine() -> Engine:
            engine = create_engine(url_of(postgres.url(next(names))))
            engines.callback(engine.dispose)
            return engine

        assert_migrated_is_as_made(new_engine, version)


def test_two_servers_share_a_database(postgres: Postgres) -> None:
    db = postgres.url("shared")
    with (
        served("--db", db, "--clock", "frozen") as one,
        served("--db", db) as other,
        one.emulator() as first,
        other.emulator() as second,
    ):
        key = first.start("vm", "create_snapshot", name="a")
        assert second.call_vm("create_snapshot", name="b")["reason"] == "vm_locked"
        second.advance(until=key)
        assert first.check(key)["result"] == "OK"
        assert second.check(key)["reason"] == "key_spent"
        assert first.clock == second.clock


def test_a_second_server_leaves_running_clocks_alone(postgres: Postgres) -> None:
    db = postgres.url("running")
    with served("--db", db, "--rate", "1000") as one, one.emulator() as first:
        before = first.clock["now"]
        with served("--db", db) as other, other.emulator() as second:
            between = second.clock["now"]
            assert before < between < first.clock["now"]


def test_a_killed_server_continues_where_it_was_on_postgresql(postgres: Postgres) -> None:
    db = postgres.url("killed")
    with served("--db", db, "--rate", "1") as server, server.emulator() as emulator:
        key = emulator.start("vm", "create_snapshot", name="a")
        now = emulator.clock["now"]
        server.stop(signal.SIGKILL)
    with served("--db", db) as server, server.emulator() as emulator:
        assert emulator.vm(12345)["locked_by"] == key
        assert parse_iso(emulator.clock["now"]) < parse_iso(now) + MINUTE
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"


def test_due_tasks_of_a_killed_server_take_effect_on_another_without_a_call(postgres: Postgres) -> None:
    db = postgres.url("left_behind")
    with (
        served("--db", db, "--rate", "10") as one,
        served("--db", db) as other,
        one.emulator() as first,
        other.emulator() as second,
    ):
        first.start("vm", "create_snapshot", name="a")
        one.stop(signal.SIGKILL)

        def is_done() -> bool:
            return 'invapi_emulator_tasks{state="done"} 1.0' in second.http.get("/metrics").text

        assert not is_done()
        wait_until(is_done)  # a call for its tasks would bring the account up to date


def test_a_lost_database_is_503_and_everything_is_there_when_it_returns(postgres: Postgres) -> None:
    with served("--db", postgres.url("lost"), "--clock", "frozen") as server, server.emulator() as emulator:
        key = emulator.start("vm", "create_snapshot", name="a")
        postgres.stop()
        try:
            call = emulator.http.post("/eq_callback.php", data={"action": "check", "key": key})
            assert (call.status_code, emulator.answer(call)["reason"]) == (503, "unavailable")
            health = emulator.http.get("/_emulator/health")
            assert (health.status_code, health.json()["status"]) == (503, "no database")
            assert "has lost its database" in health.json()["why"]
            assert all(int(answer.headers["retry-after"]) > 0 for answer in (call, health))
        finally:
            postgres.start()
        wait_until(lambda: emulator.http.get("/_emulator/health").status_code == 200)
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"


def test_a_stop_does_not_wait_for_a_hanging_database(postgres: Postgres) -> None:
    db = postgres.url("hanging")
    with served("--db", db, "--clock", "frozen") as server, server.emulator() as emulator:
        key = emulator.start("vm", "create_snapshot", name="a")
        with postgres.hanging():
            status, _, log = server.stop(signal.SIGTERM)
        assert status == 0
        assert "something has not ended by then, such as a database that does not answer" in log
    with served("--db", db) as server, server.emulator() as emulator:
        assert emulator.check(key)["result"] == "Not ready"


def test_servers_started_together_on_an_empty_database_all_serve(postgres: Postgres) -> None:
    db = postgres.url("together")

    def serve_once(_: int) -> list[int]:
        with served("--db", db) as server, server.emulator() as emulator:
            servers: list[int] = emulator.call("eq", "list")["servers"]
            return servers

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(serve_once, range(4))) == [[12345, 12346, 12347, 12348]] * 4


def test_a_server_is_known_to_be_alive_after_a_database_restart(postgres: Postgres) -> None:
    db = postgres.url("restarted")
    with served("--db", db, "--rate", "10000") as one, one.emulator() as first:
        postgres.stop()
        postgres.start()
        wait_until(lambda: first.http.get("/_emulator/health").status_code == 200)
        wait_until(lambda: postgres.locks("restarted") > 0)
        before = first.clock["now"]
        with served("--db", db):
            assert first.clock["now"] > before
        wait_until(lambda: postgres.locks("restarted") == 1)
