"""Faults that act on the task that a call starts."""

import json
from collections.abc import Callable

import pytest

from tests.support.harness import Emulator, Json


def seconds_of(emulator: Emulator, key: str) -> float:
    """Let a task end. Return its duration on the account's clock."""
    emulator.advance(until=key)
    task = emulator.control("GET", f"/tasks/{key}")
    start, end = (int(task[at][14:16]) * 60 + float(task[at][17:-1]) for at in ("created_at", "ended_at"))
    return end - start


def test_a_failing_task_has_its_error_at_its_part_of_the_time(emulator: Emulator) -> None:
    whole = seconds_of(emulator, emulator.start("eq", "off"))
    emulator.reset()
    emulator.fault("task_fails", at=0.25, error="no space left")
    key = emulator.start("eq", "off")
    assert seconds_of(emulator, key) == pytest.approx(whole / 4, abs=0.001)
    answer = emulator.check(key)
    assert (answer["result"], answer["error"], answer.get("reason")) == ("Fail", "no space left", None)
    assert emulator.vm(12345)["power"] == "on"


def test_a_failed_create_leaves_a_snapshot_in_status_error(emulator: Emulator) -> None:
    emulator.fault("task_fails")
    assert emulator.do("vm", "create_snapshot", name="a")["error"] == "failed by a fault"
    assert [(row["name"], row["status"]) for row in emulator.vm(12345)["snapshots"]][-1] == ("a", "error")


def test_a_failed_restore_by_fault_leaves_a_damaged_disk(emulator: Emulator) -> None:
    before = emulator.vm(12346)
    emulator.fault("task_fails")
    assert emulator.do("vm", "restore_snapshot", 12346, name="tuesday")["result"] == "Fail"
    after = emulator.vm(12346)
    known = {before["disk"]["fingerprint"], *(row["disk"]["fingerprint"] for row in before["snapshots"])}
    assert after["disk"]["fingerprint"] not in known
    assert after["snapshots"] == before["snapshots"]


def test_a_failed_removal_by_fault_keeps_the_snapshot(emulator: Emulator) -> None:
    emulator.fault("task_fails")
    assert emulator.do("vm", "remove_snapshot", 12346, name="monday")["result"] == "Fail"
    assert "monday" in emulator.listed(12346)


def test_a_hanging_task_never_ends_and_keeps_its_lock(emulator: Emulator) -> None:
    emulator.fault("task_hangs", at=0.5)
    key = emulator.start("eq", "off")
    advanced = emulator.advance(seconds=86_400)
    assert advanced["hanging"] == [key]
    task = emulator.control("GET", f"/tasks/{key}")
    assert (task["state"], task["due_at"], task["progress"]) == ("running", None, 50)
    assert emulator.check(key)["result"] == "Not ready"
    assert emulator.eq("on")["reason"] == "vm_locked"


def test_a_hanging_task_can_be_ended_by_hand(emulator: Emulator) -> None:
    emulator.fault("task_hangs")
    key = emulator.start("eq", "off")
    emulator.control("POST", f"/tasks/{key}/complete")
    assert emulator.check(key)["result"] == "OK"


def test_a_task_with_a_planned_failure_can_be_completed_by_hand(emulator: Emulator) -> None:
    emulator.fault("task_fails")
    key = emulator.start("eq", "off")
    emulator.control("POST", f"/tasks/{key}/complete")
    assert (emulator.check(key)["result"], emulator.vm(12345)["power"]) == ("OK", "off")


def test_a_slow_task_takes_longer_in_every_stage(emulator: Emulator) -> None:
    whole = seconds_of(emulator, emulator.start("eq", "reboot"))
    emulator.reset()
    emulator.fault("slow_task", factor=3)
    key = emulator.start("eq", "reboot")
    emulator.advance(whole * 1.1)
    assert emulator.control("GET", f"/tasks/{key}")["stage"] == "shut down"
    assert seconds_of(emulator, key) == pytest.approx(whole * 3, abs=0.001)


def test_a_forgotten_key_is_unknown_although_the_task_runs(emulator: Emulator) -> None:
    emulator.fault("key_forgotten")
    key = emulator.start("eq", "off")
    for _ in range(2):
        answer = emulator.check(key)
        assert (answer["code"], answer["message"], answer["key"]) == (-1, "AsyncKey not found", key)
        assert answer["reason"] == "fault"
        emulator.advance(until="idle")
    assert emulator.vm(12345)["power"] == "off"


def lists(emulator: Emulator, vm: int) -> list[list[str]]:
    """Return the immediate list, and the one from the end of its task."""
    scope: Json = json.loads(emulator.do("vm", "get_snapshot", vm)["scope"])
    return [emulator.listed(vm), [row["name"] for row in scope["snapshots"]]]


def test_a_stale_list_shows_a_new_snapshot_late(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=60)
    assert emulator.do("vm", "create_snapshot", name="a")["result"] == "OK"
    assert lists(emulator, 12345) == [["fresh-install", "before-release"]] * 2
    assert emulator.vm(12345)["snapshots"][-1]["name"] == "a"
    emulator.advance(60)
    assert lists(emulator, 12345) == [["fresh-install", "before-release", "a"]] * 2


def test_a_stale_list_shows_removed_snapshots(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=60)
    before = emulator.listed(12346)
    emulator.do("vm", "restore_snapshot", 12346, name="tuesday")
    assert lists(emulator, 12346) == [before] * 2
    assert emulator.call_vm("remove_snapshot", 12346, name="thursday")["reason"] == "snapshot_not_found"
    emulator.advance(60)
    assert lists(emulator, 12346) == [["monday", "tuesday"]] * 2


def test_a_change_without_a_fault_is_shown_next_to_a_stale_one(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=600)
    emulator.do("vm", "create_snapshot", name="a")
    emulator.do("vm", "create_snapshot", name="b")
    assert emulator.listed() == ["fresh-install", "before-release", "b"]


def test_a_snapshot_that_no_list_has_shown_disappears_unseen(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=600, times=2)
    emulator.do("eq", "off")
    emulator.do("vm", "create_snapshot", name="a")
    emulator.do("vm", "remove_snapshot", name="a")
    assert emulator.listed() == ["fresh-install", "before-release"]
    emulator.advance(601)
    assert emulator.listed() == ["fresh-install", "before-release"]


def test_a_reused_name_is_shown_once_in_a_stale_list(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    emulator.fault("stale_list", seconds=600)
    emulator.do("vm", "remove_snapshot", name="fresh-install")
    emulator.do("vm", "create_snapshot", name="fresh-install")
    assert emulator.listed() == ["before-release", "fresh-install"]


def test_a_stale_list_does_not_affect_tasks_that_no_list_shows(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=60)
    emulator.do("eq", "off")
    assert emulator.control("GET", "/faults")["faults"][0]["seen"] == 0


def test_a_task_of_factor_0_takes_no_time(emulator: Emulator) -> None:
    emulator.fault("slow_task", factor=0)
    assert emulator.check(emulator.start("eq", "reboot"))["result"] == "OK"


def test_with_a_spread_the_seed_makes_stages_longer_or_shorter(emulator: Emulator) -> None:
    emulator.fault("slow_task", factor=1, spread=4, times=None)
    lengths = [seconds_of(emulator, emulator.start("eq", "hard_off")) for _ in range(12)]
    assert 0.4 < min(lengths) < 1.5
    assert 3 < max(lengths) < 9
    emulator.reset()
    emulator.fault("slow_task", factor=1, spread=4, times=None)
    assert [seconds_of(emulator, emulator.start("eq", "hard_off")) for _ in range(12)] == lengths


def test_a_fast_task_that_waits_does_not_start_earlier(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    first = emulator.start("eq", "off")
    emulator.fault("slow_task", factor=0.1)
    emulator.start("eq", "on")
    due = [task["due_at"] for task in emulator.tasks]
    assert due == sorted(due)
    emulator.advance(until=first)
    assert emulator.tasks[1]["stage"] == "schedule"


def test_the_seed_draws_the_delay_of_a_stale_list(emulator: Emulator) -> None:
    emulator.fault("stale_list", seconds=60, at_least=30)
    emulator.do("vm", "create_snapshot", name="a")
    emulator.advance(30)
    assert emulator.listed() == ["fresh-install", "before-release"]
    emulator.advance(30)
    assert emulator.listed() == ["fresh-install", "before-release", "a"]


def test_a_stale_list_refuses_a_reversed_range(emulator: Emulator) -> None:
    rule = {"kind": "stale_list", "seconds": 30, "at_least": 60}
    refused = emulator.control("POST", "/faults", rule, status=422)
    assert "`at_least` 60 is more than `seconds` 30" in refused["error"]["message"]


def _rotate(emulator: Emulator) -> None:
    kept = {"exclude_rotation[]": ["fresh-install", "before-release"]}
    emulator.call("vm", "update_restore_settings", id=12345, enable_rotation=1, **kept)
    emulator.do("vm", "create_snapshot", name="the-fourth")
    emulator.do("vm", "create_snapshot", name="one-too-many")


def _restore(emulator: Emulator) -> None:
    emulator.do("vm", "restore_snapshot", name="fresh-install")


def _remove(emulator: Emulator) -> None:
    emulator.do("vm", "remove_snapshot", name="a")


@pytest.mark.parametrize("way", [_remove, _restore, _rotate])
def test_an_export_says_nothing_of_a_snapshot_that_went_before_a_list_showed_it(
    emulator: Emulator, way: Callable[[Emulator], None]
) -> None:
    emulator.do("eq", "off")
    emulator.fault("stale_list", seconds=600)
    emulator.do("vm", "create_snapshot", name="a")
    way(emulator)
    exported = emulator.control("GET", "/state")
    assert "a" not in [snapshot["name"] for snapshot in exported["vms"][0]["snapshots"]]
    assert not any("unlisted" in vm for vm in exported["vms"])
    emulator.control("PUT", "/state", exported)
    assert emulator.control("GET", "/state")["vms"] == exported["vms"]
