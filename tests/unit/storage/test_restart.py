"""A persistent store: a restart continues where the server stopped."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, event

from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import Emulator, running


def test_a_restart_continues_where_it_was_and_clocks_stood_still(time: FakeClock, lasting: str) -> None:
    with (
        running(time, db=lasting, clock="real", rate=10) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        emulator = Emulator(server, http)
        first = emulator.start("vm", "create_snapshot", name="a")
        time.go_on(5)
        assert emulator.check(first)["result"] == "OK"
        key = emulator.start("eq", "off")
        token = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
        time.go_on(0.1)
        before = emulator.vm(12345), emulator.clock
    time.go_on(3600)
    with (
        running(time, db=lasting, clock="real", rate=10) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        emulator = Emulator(server, http)
        assert (emulator.vm(12345), emulator.clock) == before
        assert emulator.check(key)["result"] == "Not ready"
        assert emulator.call("eq", "list", token=token)["result"] == "OK"
        time.go_on(1)
        assert emulator.check(key)["result"] == "OK"
        assert emulator.check(first)["reason"] == "key_spent"


def test_flags_about_worlds_leave_existing_accounts_alone_and_say_so(
    time: FakeClock, lasting: str, caplog: pytest.LogCaptureFixture
) -> None:
    with running(time, db=lasting, clock="frozen", seed=5):
        assert "is not changed by" not in caplog.text
    with (
        running(time, db=lasting, clock="auto", scenario="empty") as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        assert (
            "account demo already exists; it is not changed by --scenario, --clock and --seed" in caplog.text
        )
        emulator = Emulator(server, http)
        assert emulator.clock["mode"] == "frozen"
        assert emulator.call("eq", "list")["servers"] == [12345, 12346, 12347, 12348]


def test_a_start_sets_the_clocks_of_all_accounts_with_one_statement(time: FakeClock, tmp_path: Path) -> None:
    file = str(tmp_path / "worlds.db")
    with running(time, db=file) as server, httpx.Client(base_url=server.url) as http:
        for _ in range(5):
            assert http.post("/_emulator/accounts").status_code == 201
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with opened(time, db=file):
            pass
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [statement[:14] for statement in statements].count("UPDATE account") == 1
