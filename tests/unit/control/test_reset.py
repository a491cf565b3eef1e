"""A reset: the world is as at the start, and nothing of the old one affects it."""

import re
from typing import Any

import pytest

from tests.support.harness import Emulator


def world(emulator: Emulator) -> Any:
    return [emulator.control("GET", path) for path in ("/vms", "/tasks", "/clock")]


def test_a_reset_restores_vms_snapshots_settings_tasks_and_clock(emulator: Emulator) -> None:
    start = world(emulator)
    emulator.do("vm", "create_snapshot", name="a")
    emulator.do("eq", "off")
    emulator.call_vm("update_restore_settings", enable_rotation=1)
    emulator.start("vm", "create_snapshot", 12348, name="b")
    emulator.set_clock(mode="auto", rate=3, polls=9)
    assert world(emulator) != start
    answer = emulator.reset()
    assert world(emulator) == start
    assert answer["clock"] == start[2]
    assert (answer["name"], answer["token"], answer["vms"]) == (
        "demo",
        "HOSTKEY_TOKEN",
        [12345, 12346, 12347, 12348],
    )


def test_a_reset_needs_no_body(emulator: Emulator) -> None:
    assert emulator.http.post("/_emulator/accounts/demo/reset").status_code == 200


def test_keys_and_login_tokens_of_the_old_world_are_unknown(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    token = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
    emulator.reset()
    assert emulator.check(key)["reason"] == "key_not_found"
    assert emulator.call("eq", "list", token=token)["reason"] == "invalid_token"
    assert emulator.start("vm", "create_snapshot", name="a") != key
    assert emulator.call("auth", "login", key="demo-api-key")["result"]["token"] != token


def test_api_key_and_built_in_token_stay(emulator: Emulator) -> None:
    emulator.call("auth", "logout")
    emulator.reset()
    assert emulator.call("eq", "list")["result"] == "OK"
    assert "token" in emulator.call("auth", "login", key="demo-api-key")["result"]


def test_a_reset_can_change_scenario_and_seed_permanently(emulator: Emulator) -> None:
    assert emulator.reset(scenario="empty", seed=5)["vms"] == []
    answer = emulator.reset()
    assert (answer["scenario"], answer["seed"], answer["vms"]) == ("empty", 5, [])


@pytest.mark.parametrize(
    "body", [{"scenario": "none"}, {"scenario": ""}, {"scenario": "../demo"}, {"scenario": 5}, {"seed": -1},
             {"seed": "7"}, {"seed": 2**63}, {"seed": 1.5}, {"x": 1}, [], "demo"],
)  # fmt: skip
def test_an_invalid_reset_is_422_and_changes_nothing(emulator: Emulator, body: Any) -> None:
    emulator.do("eq", "off")
    before = world(emulator)
    error = emulator.control("POST", "/reset", body, 422)["error"]
    assert set(error) == {"reason", "message", "field"}
    assert world(emulator) == before


def test_events_continue_after_a_reset_and_their_numbers_never_repeat(emulator: Emulator) -> None:
    def last_event() -> int:
        emulator.start("eq", "status")
        return int(emulator.advance(until="idle")["events"][-1]["id"])

    before = last_event()
    emulator.reset()
    assert last_event() > before + 1


def test_runs_after_a_reset_are_identical_except_keys(emulator: Emulator) -> None:
    def run() -> str:
        emulator.reset()
        emulator.do("vm", "create_snapshot", name="a")
        emulator.do("eq", "off")
        return re.sub(r"'[a-z0-9]{32}'", "key", str(world(emulator)))

    assert run() == run()
