"""Servers that share a PostgreSQL database: news reach all of them, and tasks need not be everybody's work."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from postgres_server import Postgres, running_postgres
from processes import COMMAND, DEADLINE, ROOT, environment, served, wait_until

from invapi_emulator.clock import real_time
from invapi_emulator.storage.database import open_database

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@contextmanager
def worker_on(db: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker alone, and kill it at the end if it still runs."""
    process = subprocess.Popen(
        [*COMMAND, "worker", "--db", db], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("invapi-emulator worker ready on postgresql")
        yield process
    finally:
        process.kill()
        process.communicate()


def test_news_of_one_server_reach_the_others_also_after_a_restart_of_the_database(postgres: Postgres) -> None:
    db, heard, due = postgres.url("news"), list[int](), list[int]()
    with ExitStack() as opened:
        one, other = (open_database(db, real_time()) for _ in range(2))
        for database in (one, other):
            opened.callback(database.close)
        other.notices.listen(heard.append)
        other.notices.listen_for_due(due.append)

        def are_told(number: int) -> bool:
            one.notices.happened([number])
            one.notices.due_earlier(number + 1)
            return number in heard and number + 1 in due

        wait_until(lambda: are_told(7))
        postgres.stop()
        postgres.start()
        wait_until(lambda: are_told(17))
    assert set(heard) == {7, 17}
    assert set(due) == {8, 18}


def test_more_news_than_fit_into_one_notice_all_arrive(postgres: Postgres) -> None:
    db, heard = postgres.url("much_news"), set[int]()
    with ExitStack() as opened:
        one, other = (open_database(db, real_time()) for _ in range(2))
        for database in (one, other):
            opened.callback(database.close)
        other.notices.listen(heard.add)
        wanted = set(range(10**9, 10**9 + 3000))

        def are_told() -> bool:
            one.notices.happened(wanted)
            return heard == wanted

        wait_until(are_told)


def test_tasks_take_effect_by_a_worker_alone_where_servers_leave_them_to_it(postgres: Postgres) -> None:
    db = postgres.url("apart")
    with (
        served("--db", db, "--no-worker", "--rate", "100") as one,
        served("--db", db, "--no-worker") as other,
        one.emulator() as first,
        other.emulator() as second,
    ):
        first.start("vm", "create_snapshot", name="a")

        def is_done() -> bool:
            return 'invapi_emulator_tasks{state="done"} 1.0' in second.http.get("/metrics").text

        time.sleep(2)  # twenty times as long as it would take
        assert not is_done()
        with worker_on(db) as worker:
            wait_until(is_done)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(DEADLINE) == 0


def test_a_worker_alone_refuses_a_file(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    command = [*COMMAND, "worker", "--db", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert ended.returncode == 2
    assert "a worker alone needs a PostgreSQL database" in ended.stderr
    assert not file.exists()


def test_an_event_made_through_one_server_is_told_by_a_stream_of_another(postgres: Postgres) -> None:
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
