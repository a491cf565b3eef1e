"""A PostgreSQL database that neither answers nor ends its connections: nothing waits for it without end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.frozen_proxy import FreezingProxy, freezing_proxy
from tests.support.harness import TOKEN
from tests.support.postgres_server import USER, Postgres
from tests.support.processes import refused, served, wait_until

pytestmark = pytest.mark.acceptance

PATIENCE = "2"
GENEROUS = 60
"""Seconds within which each call of a frozen database must be answered here, on a busy machine."""

HANGS = "300"
"""A patience that no test could wait for."""

SHOW = {"action": "show", "token": TOKEN, "id": 12345}


@pytest.fixture
def proxy(postgres: Postgres) -> Iterator[FreezingProxy]:
    with freezing_proxy(str(postgres.folder / ".s.PGSQL.5432")) as proxy:
        yield proxy


def behind(proxy: FreezingProxy, postgres: Postgres, name: str) -> str:
    postgres.url(name)  # this creates the database
    return f"postgresql://{USER}@127.0.0.1:{proxy.port}/{name}?sslmode=disable"


def asked(url: str, path: str, data: dict[str, object] | None = None) -> httpx.Response:
    with httpx.Client(base_url=url, timeout=GENEROUS) as http:
        return http.post(path, data=data) if data else http.get(path)


def test_calls_of_a_frozen_database_are_refused_and_it_heals_by_itself(
    postgres: Postgres, proxy: FreezingProxy
) -> None:
    db = behind(proxy, postgres, "frozen")
    with (
        served("--db", db, "--db-timeout", PATIENCE, "--rate", "1") as server,
        ThreadPoolExecutor(40) as clients,
    ):
        assert asked(server.url, "/eq.php", SHOW).json()["result"] == "OK"
        proxy.freeze()
        calls = [clients.submit(asked, server.url, "/eq.php", SHOW) for _ in range(20)]
        control = [clients.submit(asked, server.url, "/_emulator/accounts/demo/tasks") for _ in range(20)]
        for call in calls:
            assert call.result().status_code == 503
            assert call.result().headers["retry-after"]
        assert {answer.result().status_code for answer in control} == {503}
        proxy.thaw()
        wait_until(lambda: asked(server.url, "/_emulator/health").status_code == 200)
        assert asked(server.url, "/eq.php", SHOW).json()["result"] == "OK"


def test_health_is_answered_while_all_calls_hang(postgres: Postgres, proxy: FreezingProxy) -> None:
    with (
        served("--db", behind(proxy, postgres, "health"), "--db-timeout", HANGS) as server,
        ThreadPoolExecutor(30) as clients,
    ):
        asked(server.url, "/eq.php", SHOW)
        proxy.freeze()
        hanging = [clients.submit(asked, server.url, "/eq.php", SHOW) for _ in range(30)]
        for _ in range(3):
            health = asked(server.url, "/_emulator/health")
            assert (health.status_code, health.json()["status"]) == (503, "no database")
            assert health.json()["why"]
        proxy.thaw()
        assert {call.result().json()["result"] for call in hanging} == {"OK"}


def test_a_stopped_database_server_is_told_of_and_found_again(postgres: Postgres) -> None:
    with served("--db", postgres.url("stopped"), "--db-timeout", PATIENCE) as server:
        asked(server.url, "/eq.php", SHOW)
        with postgres.hanging():
            assert asked(server.url, "/_emulator/health").status_code == 503
            call = asked(server.url, "/eq.php", SHOW)
            assert (call.status_code, call.headers["retry-after"]) == (503, "1")
            assert call.json()["message"].startswith("the emulator ")
        wait_until(lambda: asked(server.url, "/_emulator/health").status_code == 200)
        assert asked(server.url, "/eq.php", SHOW).json()["result"] == "OK"


def test_a_call_that_waits_for_a_frozen_database_is_told_that_the_emulator_stopped(
    postgres: Postgres, proxy: FreezingProxy
) -> None:
    with (
        served("--db", behind(proxy, postgres, "stops"), "--db-timeout", HANGS) as server,
        ThreadPoolExecutor(2) as clients,
    ):
        asked(server.url, "/eq.php", SHOW)
        proxy.freeze()
        call = clients.submit(asked, server.url, "/eq.php", SHOW)
        control = clients.submit(asked, server.url, "/_emulator/accounts/demo/tasks")
        assert asked(server.url, "/_emulator/health").json()["status"] == "no database"
        status, _, log = server.stop(signal.SIGTERM)
        assert (status, "Traceback" in log) == (0, False)
        assert call.result().status_code == control.result().status_code == 503
        stopped = "the emulator stopped before it had answered"
        assert call.result().json()["message"].startswith(f"{stopped}, and cannot know")
        assert "retry-after" not in call.result().headers
        assert control.result().json()["error"]["message"].startswith(stopped)


def test_a_call_that_was_refused_before_its_commit_is_not_carried_out_later(
    postgres: Postgres, proxy: FreezingProxy
) -> None:
    db = behind(proxy, postgres, "before_commit")
    create = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "late"}
    with served("--db", db, "--db-timeout", PATIENCE, "--clock", "frozen", "--no-worker") as server:
        asked(server.url, "/eq.php", SHOW)
        proxy.spy = lambda sent: b"account" in sent
        refusal = asked(server.url, "/vm.php", create)
        assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "1")
        proxy.thaw()
        wait_until(lambda: asked(server.url, "/_emulator/health").status_code == 200)
        assert asked(server.url, "/_emulator/accounts/demo/tasks").json()["tasks"] == []
        assert asked(server.url, "/vm.php", create).json()["result"] == "OK"


def muting(proxy: FreezingProxy, *words: bytes) -> Callable[[bytes], bool]:
    """Return a spy that lets a transaction with one of the words commit, and holds back what is answered to the COMMIT."""
    sent_before = threading.Event()

    def spy(sent: bytes) -> bool:
        if any(word in sent for word in words):
            sent_before.set()
        if sent_before.is_set() and b"COMMIT" in sent:
            proxy.mute()
        return False

    return spy


def test_a_connection_lost_behind_a_commit_invites_nobody_to_repeat_the_call(
    postgres: Postgres, proxy: FreezingProxy
) -> None:
    db = behind(proxy, postgres, "behind_commit")
    create = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "perhaps"}
    with served("--db", db, "--db-timeout", PATIENCE, "--clock", "frozen", "--no-worker") as server:
        asked(server.url, "/eq.php", SHOW)
        proxy.spy = muting(proxy, b"INTO task", b"create_snapshot")
        refusal = asked(server.url, "/vm.php", create)
        assert refusal.status_code == 503
        assert "retry-after" not in refusal.headers
        assert "cannot know whether this was carried out" in refusal.json()["message"]
        proxy.thaw()
        wait_until(lambda: asked(server.url, "/_emulator/health").status_code == 200)
        assert len(asked(server.url, "/_emulator/accounts/demo/tasks").json()["tasks"]) == 1


def test_a_start_on_a_silent_database_ends_with_one_line(postgres: Postgres, proxy: FreezingProxy) -> None:
    db = behind(proxy, postgres, "at_start")
    proxy.freeze()
    begun = time.monotonic()
    line = refused("--port", "0", "--db", db, "--db-timeout", PATIENCE)
    assert "--db: cannot use" in line
    assert time.monotonic() - begun < GENEROUS
