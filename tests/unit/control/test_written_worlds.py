"""Worlds written by hand: omitted parts, times, sizes and fault rules."""

import json

from invapi_emulator.testing import Account
from invapi_emulator.testing import Emulator as Control
from tests.support.harness import Emulator
from tests.support.worlds_in_use import (
    bytes_of,
    exported,
    live_through_faults,
    put,
)


def test_omitted_parts_of_a_task_are_generated(emulator: Emulator) -> None:
    on, create = {"action": "on"}, {"action": "create_snapshot", "context": {"name": "a"}}
    put(emulator, {"vms": [{"id": 1, "power": "off", "tasks": [on]}, {"id": 2, "tasks": [create]}]})
    first, second = emulator.tasks
    assert emulator.vm(1)["locked_by"] == first["key"]
    assert first["due_at"] > first["created_at"]
    emulator.advance(until="idle")
    assert emulator.vm(1)["power"] == "on"
    assert emulator.check(second["key"])["context"] == {
        "type": "snapshot", "name": "a", "action": "create_snapshot", "id": 2, "location": "NL"}  # fmt: skip
    assert emulator.listed(2) == ["a"]


def test_a_task_whose_due_time_is_null_hangs(emulator: Emulator) -> None:
    put(emulator, {"vms": [{"id": 1, "tasks": [{"action": "off", "due_at": None}]}]})
    (key,) = emulator.advance(until="idle")["hanging"]
    before = bytes_of(emulator)
    put(emulator, json.loads(before))
    assert bytes_of(emulator) == before
    emulator.control("POST", f"/tasks/{key}/complete")
    assert emulator.vm(1)["power"] == "off"


def test_ended_tasks_can_be_described_briefly(emulator: Emulator) -> None:
    tasks = [
        {"action": "status", "state": "done"},
        {"action": "off", "state": "failed", "error": "no power", "due_at": "2029-12-31T23:00:00Z",
         "created_at": "2029-12-31T22:59:00Z"},
    ]  # fmt: skip
    put(emulator, {"vms": [{"id": 1, "tasks": tasks}]})
    status, off = emulator.tasks
    assert (status["state"], status["ended_at"]) == ("done", "2030-01-01T00:00:00Z")
    assert emulator.check(off["key"]).items() >= {"result": "Fail", "error": "no power"}.items()
    assert off["ended_at"] == "2029-12-31T23:00:00Z"


def test_a_clock_that_starts_in_1970_has_an_exportable_past(control: Control) -> None:
    with control.account(clock={"mode": "frozen", "now": "1970-01-01T00:00:00Z"}) as account:
        state = account.export()
        assert state["vms"][0]["created_at"] == "1969-10-03T00:00:00Z"
        assert account.import_(state)["keys"] == {}
        assert account.export() == state


def test_a_thousand_vms_come_and_go(copy: Account) -> None:
    copy.reset(scenario="large")
    state = copy.export()
    copy.reset(scenario="empty")
    assert len(copy.import_(state)["vms"]) == 1000
    assert copy.export() == state


def test_the_world_of_faults_contains_everything_that_an_export_could_lose(emulator: Emulator) -> None:
    live_through_faults(emulator)
    state = exported(emulator)
    one, two, *_ = state["vms"]
    assert [rule["id"] for rule in state["faults"]] == list(range(1, 10))
    assert state["counters"]["faults"] == 9
    assert [rule["fired"] for rule in state["faults"][1:4]] == [2, 0, 0]
    assert state["faults"][1]["window"]["used"] == 3
    assert state["faults"][3]["enabled"] is False
    assert [change["id"] for change in one["unlisted"]] == [one["snapshots"][-1]["id"]]
    assert [change["removed"]["name"] for change in two["unlisted"]] == ["wednesday", "thursday"]
    under_way = [vm["tasks"][-1] for vm in state["vms"]]
    assert [task["fault"] for task in under_way] == ["task_hangs", "task_fails", "slow_task", "key_forgotten"]
    assert under_way[0]["due_at"] is None


def test_rules_are_imported_with_a_world_and_replaced_by_the_next(emulator: Emulator) -> None:
    rule = {"kind": "reject", "times": None, "match": {"action": "list"}}
    put(emulator, {"vms": [{"id": 1}], "faults": [rule]})
    assert emulator.call("eq", "list")["reason"] == "fault"
    assert emulator.fault("reject")["id"] == 2
    put(emulator, {"vms": [{"id": 1}]})
    assert emulator.call("eq", "list")["servers"] == [1]
    assert emulator.control("GET", "/faults") == {"faults": []}
