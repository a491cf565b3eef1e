"""A hot standby of PostgreSQL: refused in one line; when it is promoted, the server goes on there by itself."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.postgres_server import USER, Postgres, running_postgres
from tests.support.processes import refused, served, wait_until

pytestmark = pytest.mark.acceptance

CREATE = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "kept"}


@pytest.fixture
def primary() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def test_a_standby_is_refused_in_one_line(primary: Postgres) -> None:
    primary.url("worlds")
    with primary.standby() as standby:
        assert "is a hot standby, which can only be read" in refused("--port", "0", "--db", at(standby))


def test_a_server_goes_on_at_the_standby_when_that_is_promoted(primary: Postgres) -> None:
    primary.url("worlds")
    with primary.standby() as standby:
        db = f"{at(primary)},{standby.folder}&target_session_attrs=read-write"
        with (
            served("--db", db, "--clock", "frozen", "--no-worker", "--db-timeout", "5") as server,
            httpx.Client(base_url=server.url, timeout=60) as http,
        ):
            assert http.post("/vm.php", data=CREATE).json()["result"] == "OK"
            primary.stop("fast")
            refusal = http.post("/vm.php", data=CREATE)
            assert (refusal.status_code, refusal.headers["x-emulator-reason"]) == (503, "unavailable")
            standby.promote()
            wait_until(lambda: http.get("/_emulator/health").status_code == 200)
            assert len(http.get("/_emulator/accounts/demo/tasks").json()["tasks"]) == 1
            assert http.post("/eq.php", data={**CREATE, "action": "show"}).json()["result"] == "OK"
        primary.start()


def at(server: Postgres) -> str:
    return f"postgresql://{USER}@/worlds?host={server.folder}"
