"""Servers that share a PostgreSQL database: notifications reach all, and tasks can be left to one worker."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.support.postgres_server import Postgres
from tests.support.processes import COMMAND, DEADLINE, ROOT, environment, served, wait_until

pytestmark = pytest.mark.acceptance


@contextmanager
def worker_on(db: str) -> Iterator[subprocess.Popen[str]]:
    """Run a standalone worker, and kill it at the end if it still runs."""
    process = subprocess.Popen(
        [*COMMAND, "worker", "--db", db],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("invapi-emulator worker ready on postgresql")
        yield process
    finally:
        process.kill()
        process.communicate()


def test_tasks_take_effect_through_a_standalone_worker(postgres: Postgres) -> None:
    db = postgres.url("apart")
    with (
        served("--db", db, "--no-worker", "--rate", "4") as one,
        served("--db", db, "--no-worker") as other,
        one.emulator() as first,
        other.emulator() as second,
    ):
        first.start("vm", "create_snapshot", name="a")
        due_at = first.tasks[0]["due_at"]

        def is_done() -> bool:
            return 'invapi_emulator_tasks{state="done"} 1.0' in second.http.get("/metrics").text

        def is_past_due() -> bool:  # the list of accounts shows clocks without updating accounts
            (demo,) = second.http.get("/_emulator/accounts").json()["accounts"]
            return bool(demo["clock"]["now"] > due_at)

        wait_until(is_past_due)
        assert not is_done()
        with worker_on(db) as worker:
            wait_until(is_done)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(DEADLINE) == 0
            assert worker.stderr is not None
            assert "Traceback" not in worker.stderr.read()


def test_a_stream_shows_an_event_made_through_another_server(postgres: Postgres) -> None:
    db = postgres.url("streams")
    with (
        served("--db", db, "--clock", "frozen") as one,
        served("--db", db) as other,
        one.emulator() as first,
        other.emulator() as second,
        second.http.stream("GET", "/_emulator/accounts/demo/events") as stream,
    ):
        lines = stream.iter_lines()
        next(lines)
        first.start("vm", "create_snapshot", name="a")
        told = (json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert next(told)["kind"] == "task_started"
        assert next(told)["kind"] == "request"


def test_a_standalone_worker_continues_after_a_database_restart(postgres: Postgres) -> None:
    db = postgres.url("restarted_worker")
    with (
        served("--db", db, "--no-worker", "--rate", "10") as server,
        server.emulator() as emulator,
        worker_on(db),
    ):
        postgres.stop()
        postgres.start()
        wait_until(lambda: emulator.http.get("/_emulator/health").status_code == 200)
        emulator.start("vm", "create_snapshot", name="a")
        wait_until(lambda: 'tasks{state="done"} 1.0' in emulator.http.get("/metrics").text)


def test_a_standalone_worker_stops_without_waiting_for_a_hanging_database(
    postgres: Postgres,
) -> None:
    with worker_on(postgres.url("hanging_worker")) as worker, postgres.hanging():
        begun = time.monotonic()
        wait_until(
            lambda: time.monotonic() > begun + 2
        )  # so that it waits: it writes a heartbeat every second
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(DEADLINE) == 0


def test_health_tells_of_a_server_that_others_cannot_see_until_they_can(postgres: Postgres) -> None:
    db = postgres.url("unseen")
    with served("--db", db, "--db-timeout", "1") as server, server.emulator() as emulator:

        def health() -> str:
            status: str = emulator.http.get("/_emulator/health").json()["status"]
            return status

        with psycopg.connect(db, autocommit=True) as outsider:
            held = (
                "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = 'unseen')"
            )
            ((pid, key),) = postgres.ask(f"SELECT pid, objid::int FROM pg_locks WHERE {held}")
            postgres.ask("SELECT pg_terminate_backend(%s)", pid)
            outsider.execute("SELECT pg_advisory_lock(%s)", [key])
            wait_until(lambda: health() == "no heartbeat")
            assert emulator.eq("show")["result"] == "OK"
        wait_until(lambda: health() == "ready")
        assert postgres.locks("unseen") == 1
