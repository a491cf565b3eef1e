"""Other options of the assumptions about snapshots, their lists, limits and rotation."""

import pytest

from tests.support.harness import Emulator

FULL = 12346  # off, with four snapshots


def test_a_restored_vm_is_started(emulator: Emulator) -> None:
    emulator.assume({"A-07": "no"})
    assert emulator.do("vm", "restore_snapshot", FULL, name="monday")["result"] == "OK"
    vm = emulator.vm(FULL)
    assert (vm["power"], vm["memory"]["fingerprint"] is None) == ("on", False)


def test_a_running_vm_is_restored_and_loses_its_memory(emulator: Emulator) -> None:
    emulator.assume({"A-08": "neither"})
    assert emulator.do("vm", "restore_snapshot", name="fresh-install")["result"] == "OK"
    vm = emulator.vm(12345)
    assert vm["power"] == "off"
    held = vm["snapshots"][0]
    assert (vm["disk"]["fingerprint"], vm["memory"]["fingerprint"]) == (
        held["disk"]["fingerprint"], held["memory"]["fingerprint"],
    )  # fmt: skip
    assert emulator.do("eq", "on")["scope"] == "VM is up now"


def test_a_restore_of_a_running_vm_survives_export_and_import_when_it_may_be_no_more(
    emulator: Emulator,
) -> None:
    emulator.assume({"A-08": "neither"})
    key = emulator.start("vm", "restore_snapshot", name="fresh-install")
    emulator.assume({"A-08": "both"})
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    emulator.advance(until=key)
    assert emulator.check(key)["error"] == "the VM is running; power it off first"


def test_a_restore_of_a_running_vm_that_fails_leaves_it_off(emulator: Emulator) -> None:
    emulator.assume({"A-08": "neither"})
    emulator.fault("task_fails", match={"action": "restore_snapshot"})
    assert emulator.do("vm", "restore_snapshot", name="fresh-install")["result"] == "Fail"
    assert emulator.vm(12345)["power"] == "off"


@pytest.mark.parametrize("option", ["neither", "restore-only"])
def test_a_snapshot_of_a_running_vm_is_removed(emulator: Emulator, option: str) -> None:
    emulator.assume({"A-08": option})
    assert emulator.do("vm", "remove_snapshot", name="fresh-install")["result"] == "OK"
    assert emulator.listed() == ["before-release"]


def test_restoring_alone_needs_power_off(emulator: Emulator) -> None:
    emulator.assume({"A-08": "restore-only"})
    assert emulator.call_vm("restore_snapshot", name="fresh-install")["reason"] == "vm_running"


def test_a_list_comes_by_its_key_alone(emulator: Emulator) -> None:
    emulator.assume({"A-18": "no"})
    answer = emulator.call_vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "callback"}
    emulator.advance(until=answer["callback"])
    assert "fresh-install" in emulator.check(answer["callback"])["scope"]


def test_a_list_comes_at_once_alone(emulator: Emulator) -> None:
    emulator.assume({"A-18": "at-once"})
    answer = emulator.call_vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "settings", "snapshots"}
    assert emulator.tasks == []


def test_sizes_are_mebibytes(emulator: Emulator) -> None:
    in_bytes = [row["size"] for row in emulator.call_vm("get_snapshot")["snapshots"]]
    emulator.assume({"A-05": "no"})
    rows = emulator.call_vm("get_snapshot")["snapshots"]
    assert [row["size"] for row in rows] == [row["total_size"] for row in rows]
    assert [row["size"] for row in rows] == [size // 2**20 for size in in_bytes]


def test_excluded_snapshots_leave_room(emulator: Emulator) -> None:
    emulator.assume({"A-25": "no"})
    emulator.call_vm("update_restore_settings", FULL, **{"exclude_rotation[]": "monday"})
    assert emulator.do("vm", "create_snapshot", FULL, name="fifth")["result"] == "OK"
    assert len(emulator.listed(FULL)) == 5
    assert emulator.call_vm("create_snapshot", FULL, name="sixth")["reason"] == "snapshot_limit"
