"""Retired ids are accepted everywhere, with any option, and ignored; one line says so."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from invapi_emulator.cli.import_ import import_
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.contract.assumptions.retired import RETIRED
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.testing import Emulator as PublicEmulator
from tests.support.harness import Emulator, running

LINE = "A-17, A-29 are retired and ignored (docs/reference/assumptions.md lists the assumptions)"
ASKED = {"A-29": "replaces", "A-12": "no", "A-17": "anything"}
WORDS = ",".join(f"{id_}={option}" for id_, option in ASKED.items())
LEFT = {"A-12": "spent"}
OLD_WORLDS = Path(__file__).parents[2] / "storage" / "worlds"


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "retired" in record.getMessage()]


def test_no_retired_id_is_in_use() -> None:
    assert not RETIRED.keys() & ASSUMPTIONS.keys()


def test_a_flag(caplog: pytest.LogCaptureFixture) -> None:
    with running(assume=WORDS) as server:
        assert PublicEmulator(server.url).control("GET", "/accounts/demo")["assume"] == LEFT
    assert warnings_in(caplog) == [f"--assume: {LINE}"]


def test_an_emulator_in_python() -> None:
    with (
        pytest.warns(UserWarning, match="^assume: A-17, A-29 are retired") as warned,
        PublicEmulator(assume=WORDS),
    ):
        pass
    assert len(warned) == 1


def test_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_ASSUME", "A-17=anything")
    settings = read_settings({})
    assert dict(settings.assumed.other) == {}
    assert (
        settings.retired
        == "A-17 is retired and ignored (docs/reference/assumptions.md lists the assumptions)"
    )


def test_a_scenario_file(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    file = tmp_path / "nightly.yaml"
    file.write_text(json.dumps({"vms": [{"id": 1}], "assume": ASKED}))
    with running(scenario=str(file)) as server:
        emulator = PublicEmulator(server.url)
        with emulator.account() as account:
            assert emulator.control("GET", f"/accounts/{account.name}")["assume"] == LEFT
    assert warnings_in(caplog) == [f"--scenario: '{file}': {LINE}"]


def test_a_new_account(emulator: Emulator) -> None:
    made = emulator.http.post("/_emulator/accounts", json={"assume": ASKED}).json()
    assert (made["assume"], made["ignored"]) == (LEFT, LINE)
    assert emulator.http.post("/_emulator/accounts", json={}).json()["ignored"] is None


def test_the_assumptions_of_an_account(emulator: Emulator) -> None:
    changed = emulator.control("PUT", "/assumptions", ASKED)
    assert changed["ignored"] == LINE
    assert {found["id"] for found in changed["assumptions"]} == set(ASSUMPTIONS)
    assert emulator.control("GET", "")["assume"] == LEFT
    assert emulator.assume({"A-12": "yes"})["ignored"] is None


def test_an_imported_world(emulator: Emulator) -> None:
    state = emulator.control("GET", "/state") | {"assume": ASKED}
    imported = emulator.control("PUT", "/state", state)
    assert (imported["assume"], imported["ignored"]) == (LEFT, LINE)
    assert emulator.control("GET", "/state")["assume"] == LEFT


def test_the_command_that_imports_a_world(emulator: Emulator) -> None:
    state = emulator.control("GET", "/state") | {"assume": ASKED}
    ended = CliRunner().invoke(import_, ["--url", emulator.url, "-"], input=json.dumps(state))
    assert (ended.exit_code, ended.stderr) == (0, f"{LINE}\n")


def test_an_account_in_python(emulator: Emulator) -> None:
    public = PublicEmulator(emulator.url)
    with pytest.warns(UserWarning, match="A-17, A-29 are retired") as warned, public.account(assume=ASKED):
        pass
    assert len(warned) == 1
    with public.account() as account, pytest.warns(UserWarning, match="A-36 is retired") as warned:
        account.assume({"A-36": "no"})
    assert len(warned) == 1


@pytest.fixture
def database_of_before(tmp_path: Path) -> Path:
    """Return a file that the emulator wrote on 2026-11-28, at schema 0006, when these ids were in use."""
    file = tmp_path / "before.db"
    with sqlite3.connect(file) as before:
        before.executescript((OLD_WORLDS / "0006.sql").read_text(encoding="utf-8"))
    before.close()
    return file


def test_a_stored_account(database_of_before: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (
        running(db=str(database_of_before)) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        line = "A-17, A-19, A-22, A-29, A-33 are retired and ignored (docs/reference/assumptions.md lists the assumptions)"
        assert warnings_in(caplog) == [f"--db: '{database_of_before}': {line}"]
        emulator = Emulator(server, http)
        assert emulator.control("GET", "")["assume"] == LEFT
        assert emulator.listed() == ["fresh-install", "before-release", "made"]
        under_way = emulator.vm(12348)["locked_by"]
        emulator.advance(until="idle")
        assert emulator.check(under_way)["result"] == "OK"
        assert emulator.call_vm("create_snapshot", name="made")["reason"] == "name_taken"
        state = emulator.control("GET", "/state")
        assert state["assume"] == LEFT
        assert emulator.control("PUT", "/state", state)["ignored"] is None
        emulator.assume({"A-21": "queued", "A-12": "yes"})
        assert emulator.control("GET", "")["assume"] == {"A-21": "queued"}
        assert emulator.reset()["assume"] == LEFT
        shown = http.get("/_emulator/accounts").json()["accounts"]
        assert [(account["name"], account["assume"]) for account in shown] == [("demo", LEFT), ("second", {})]
