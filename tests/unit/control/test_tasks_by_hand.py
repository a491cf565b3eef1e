"""Ending a task by hand: with its effect, or in failure with its remains."""

from typing import Any

import pytest

from tests.support.harness import Emulator, Json


def end(emulator: Emulator, key: str, how: str, body: Any = None, status: int = 200) -> Json:
    return emulator.control("POST", f"/tasks/{key}/{how}", body, status)


def test_a_task_completed_by_hand_takes_effect_at_once(emulator: Emulator) -> None:
    before = emulator.clock["now"]
    key = emulator.start("vm", "create_snapshot", name="a")
    task = end(emulator, key, "complete")
    assert (task["state"], task["ended_at"], task["progress"]) == ("done", before, 100)
    assert emulator.listed()[-1] == "a"
    assert emulator.vm(12345)["locked_by"] is None
    assert emulator.check(key)["result"] == "OK"
    assert emulator.clock["now"] == before
    assert key not in [event.get("task") for event in emulator.advance(3600)["events"]]


def test_a_task_failed_by_hand_has_its_reason(emulator: Emulator) -> None:
    key = emulator.start("eq", "off")
    task = end(emulator, key, "fail", {"error": "the hypervisor is on fire"})
    assert (task["state"], task["error"]) == ("failed", "the hypervisor is on fire")
    answer = emulator.check(key)
    assert (answer["result"], answer["error"]) == ("Fail", "the hypervisor is on fire")
    assert (emulator.vm(12345)["power"], emulator.vm(12345)["locked_by"]) == ("on", None)


@pytest.mark.parametrize("how", ["complete", "fail"])
def test_an_ended_task_is_409_and_stays_as_it_is(emulator: Emulator, how: str) -> None:
    key = emulator.start("eq", "status")
    emulator.advance(until=key)
    error = end(emulator, key, how, status=409)["error"]
    assert error["reason"] == "task_ended"
    assert emulator.check(key)["result"] == "OK"
    assert end(emulator, "0" * 32, how, status=404)["error"]["reason"] == "task_not_found"


@pytest.mark.clause("4.13")
def test_a_failed_create_leaves_a_snapshot_in_error(emulator: Emulator) -> None:
    end(emulator, emulator.start("vm", "create_snapshot", 12348, name="broken"), "fail")
    rows = {row["name"]: row["status"] for row in emulator.call_vm("get_snapshot", 12348)["snapshots"]}
    assert rows == {
        "golden": "available",
        "nightly-2": "available",
        "nightly-3": "available",
        "broken": "error",
    }
    assert emulator.call_vm("create_snapshot", 12348, name="broken")["reason"] == "name_taken"
    assert emulator.call_vm("restore_snapshot", 12348, name="broken")["reason"] == "snapshot_not_found"
    emulator.do("vm", "create_snapshot", 12348, name="good")
    assert emulator.listed(12348) == ["golden", "nightly-2", "nightly-3", "good"]


@pytest.mark.clause("4.13")
def test_a_snapshot_in_error_can_be_removed(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    end(emulator, emulator.start("vm", "create_snapshot", name="broken"), "fail")
    assert emulator.do("vm", "remove_snapshot", name="broken")["result"] == "OK"
    assert emulator.listed() == ["fresh-install", "before-release"]


def test_a_failed_restore_by_hand_leaves_a_damaged_disk(emulator: Emulator) -> None:
    before = emulator.vm(12348)
    end(emulator, emulator.start("vm", "restore_snapshot", 12348, name="golden"), "fail")
    after = emulator.vm(12348)
    wanted = {before["disk"]["fingerprint"], after["snapshots"][0]["disk"]["fingerprint"]}
    assert after["disk"]["fingerprint"] not in wanted
    assert after["snapshots"] == before["snapshots"]


def test_a_failed_removal_keeps_the_snapshot(emulator: Emulator) -> None:
    end(emulator, emulator.start("vm", "remove_snapshot", 12346, name="monday"), "fail")
    assert emulator.listed(12346)[0] == "monday"


def test_a_vm_with_a_failed_create_continues_to_run(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(10)
    still = emulator.vm(12345)["disk"]
    end(emulator, key, "fail")
    emulator.advance(10)
    assert emulator.vm(12345)["disk"] != still


@pytest.mark.parametrize("body", [{"error": ""}, {"error": 5}, {"why": "x"}, {"error": "x" * 1001}, []])
def test_an_invalid_failure_is_422_and_ends_nothing(emulator: Emulator, body: Any) -> None:
    key = emulator.start("eq", "off")
    end(emulator, key, "fail", body, 422)
    assert emulator.check(key)["result"] == "Not ready"
