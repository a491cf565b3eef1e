"""503: while the server starts or stops, and when it has lost its database."""

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Literal

import httpx
import pytest

from invapi_emulator.application import create_app
from tests.support.harness import TOKEN, running

pytestmark = pytest.mark.clause("1.4")
STATES: tuple[Literal["starting", "stopping"], ...] = ("starting", "stopping")
LIST = {"action": "list", "token": TOKEN}


def assert_unavailable(call: httpx.Response, control: httpx.Response, health: httpx.Response) -> None:
    assert (call.status_code, call.headers["x-emulator-reason"]) == (503, "unavailable")
    assert (call.json()["result"], call.json()["code"]) == (-1, -1)
    assert (control.status_code, control.json()["error"]["reason"]) == (503, "unavailable")
    assert health.status_code == 503
    assert all(int(response.headers["retry-after"]) > 0 for response in (call, control, health))


def test_while_it_starts_and_stops_calls_are_asked_to_come_back() -> None:
    application = create_app()
    transport = httpx.ASGITransport(application)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            assert (await http.post("/eq.php", data=LIST)).json()["result"] == "OK"
            for state in STATES:
                application.runtime.lifecycle.state = state
                call = await http.post("/eq.php", data=LIST)
                control = await http.get("/_emulator/accounts/demo/clock")
                health = await http.get("/_emulator/health")
                assert_unavailable(call, control, health)
                assert health.json()["status"] == state
                alive = await http.get("/_emulator/live")
                assert (alive.status_code, alive.json()["status"]) == (200, "alive")
        await application.aclose()

    asyncio.run(ask())


def test_a_call_that_the_journal_cannot_record_is_not_executed(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        thief = sqlite3.connect(file, isolation_level=None)
        thief.execute("ALTER TABLE request RENAME TO gone")
        create = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "a"}
        refused = http.post("/vm.php", data=create)
        assert refused.headers["x-emulator-reason"] == "unavailable"
        assert "has lost its database: no such table: request" in refused.json()["message"]
        thief.execute("ALTER TABLE gone RENAME TO request")
        thief.close()
        assert http.post("/vm.php", data=create).json()["result"] == "OK"


def test_while_its_database_is_locked_what_writes_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        thief = sqlite3.connect(file, isolation_level=None)
        thief.execute("BEGIN IMMEDIATE")
        call = http.post("/eq.php", data={"action": "off", "token": TOKEN, "id": 12345})
        control = http.post("/_emulator/accounts/demo/clock/advance", content='{"seconds": 1}')
        health = http.get("/_emulator/health")
        assert_unavailable(call, control, health)
        assert "database is locked" in call.json()["message"]
        assert http.post("/eq.php", data=LIST).json()["result"] == "OK"
        thief.execute("ROLLBACK")
        thief.close()
        assert http.post("/eq.php", data=LIST).json()["result"] == "OK"
        assert http.get("/_emulator/health").json()["status"] == "ready"


def test_what_is_unavailable_is_a_warning_in_the_log_but_for_a_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        caplog.set_level(logging.INFO, "invapi_emulator")
        rules = "/_emulator/accounts/demo/faults"
        http.post(rules, content='{"kind": "http_status", "status": 503}').raise_for_status()
        assert http.post("/eq.php", data=LIST).status_code == 503
        file.unlink()
        assert http.post("/eq.php", data=LIST | {"action": "off", "id": "12345"}).status_code == 503
        assert http.get("/_emulator/health").status_code == 503
        assert http.get("/_emulator/live").status_code == 200
    levels = {
        record.getMessage().rpartition(":")[0] or record.getMessage(): record.levelno
        for record in caplog.records
        if record.name in {"invapi_emulator.calls", "invapi_emulator.control"}
    }
    assert levels == {
        f"POST {rules}": logging.INFO, "POST eq/list": logging.INFO, "POST eq/off": logging.WARNING,
        "GET /_emulator/health": logging.WARNING,
    }  # fmt: skip
