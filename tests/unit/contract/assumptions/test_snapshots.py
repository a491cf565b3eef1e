"""Other options of the assumptions about snapshots, their lists, limits and rotation."""

import pytest

from tests.support.harness import Emulator

FULL, ROTATING = 12346, 12348  # off both, four snapshots each; the latter with rotation on, golden excluded


def test_a_restored_vm_is_started(emulator: Emulator) -> None:
    emulator.assume(A_07="no")
    assert emulator.do("vm", "restore_snapshot", FULL, name="monday")["result"] == "OK"
    vm = emulator.whole(FULL)
    assert (vm["power"], vm["memory"]["fingerprint"] is None) == ("on", False)


def test_a_running_vm_is_restored_and_loses_its_memory(emulator: Emulator) -> None:
    emulator.assume(A_08="neither")
    assert emulator.do("vm", "restore_snapshot", name="fresh-install")["result"] == "OK"
    vm = emulator.whole()
    assert vm["power"] == "off"
    held = vm["snapshots"][0]
    assert (vm["disk"]["fingerprint"], vm["memory"]["fingerprint"]) == (
        held["disk"]["fingerprint"], held["memory"]["fingerprint"],
    )  # fmt: skip
    assert emulator.do("eq", "on")["scope"] == "VM is up now"


def test_a_restore_of_a_running_vm_survives_export_and_import_when_it_may_be_no_more(
    emulator: Emulator,
) -> None:
    emulator.assume(A_08="neither")
    key = emulator.start("vm", "restore_snapshot", name="fresh-install")
    emulator.assume(A_08="both")
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    emulator.advance(until=key)
    assert emulator.check(key)["error"] == "the VM is running; power it off first"


def test_a_restore_of_a_running_vm_that_fails_leaves_it_off(emulator: Emulator) -> None:
    emulator.assume(A_08="neither")
    emulator.fault("task_fails", match={"action": "restore_snapshot"})
    assert emulator.do("vm", "restore_snapshot", name="fresh-install")["result"] == "Fail"
    assert emulator.whole()["power"] == "off"


@pytest.mark.parametrize("option", ["neither", "restore-only"])
def test_a_snapshot_of_a_running_vm_is_removed(emulator: Emulator, option: str) -> None:
    emulator.assume(A_08=option)
    assert emulator.do("vm", "remove_snapshot", name="fresh-install")["result"] == "OK"
    assert emulator.listed() == ["before-release"]


def test_restoring_alone_needs_power_off(emulator: Emulator) -> None:
    emulator.assume(A_08="restore-only")
    assert emulator.vm("restore_snapshot", name="fresh-install")["reason"] == "vm_running"


def test_a_missing_name_goes_before_the_lock(emulator: Emulator) -> None:
    emulator.assume(A_11="no")
    emulator.start("vm", "create_snapshot", FULL - 1, name="a")
    assert emulator.vm("remove_snapshot", name="none")["reason"] == "snapshot_not_found"
    assert emulator.vm("remove_snapshot", name="fresh-install")["reason"] == "vm_locked"


def test_there_is_one_list_whatever_the_type(emulator: Emulator) -> None:
    emulator.assume(A_17="no")
    assert emulator.do("vm", "create_snapshot", name="a", type="weekly")["result"] == "OK"
    names = ["fresh-install", "before-release", "a"]
    assert emulator.listed() == emulator.listed(type="weekly") == emulator.listed(type="other") == names
    emulator.vm("update_restore_settings", enable_rotation=1, type="weekly")
    assert emulator.vm("get_snapshot")["settings"]["enable_rotation"] == 1
    assert emulator.do("eq", "off")["result"] == "OK"
    assert emulator.do("vm", "restore_snapshot", name="fresh-install", type="daily")["result"] == "OK"
    assert emulator.do("vm", "remove_snapshot", name="fresh-install", type="daily")["result"] == "OK"
    assert emulator.listed() == []


def test_a_list_comes_by_its_key_alone(emulator: Emulator) -> None:
    emulator.assume(A_18="no")
    answer = emulator.vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "callback"}
    emulator.advance(until=answer["callback"])
    assert "fresh-install" in emulator.check(answer["callback"])["scope"]


def test_a_list_comes_at_once_alone(emulator: Emulator) -> None:
    emulator.assume(A_18="at-once")
    answer = emulator.vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "settings", "snapshots"}
    assert emulator.tasks() == []


def test_the_newest_row_is_first(emulator: Emulator) -> None:
    emulator.assume(A_19="no")
    assert emulator.listed() == ["before-release", "fresh-install"]
    assert emulator.do("vm", "get_snapshot")["scope"].index("before-release") < 40


def test_a_row_bears_the_time_at_which_its_task_started(emulator: Emulator) -> None:
    emulator.assume(A_20="start")
    started = emulator.clock()["now"]
    emulator.do("vm", "create_snapshot", name="a")
    row = emulator.vm("get_snapshot")["snapshots"][-1]
    assert (row["name"], row["created_at"]) == ("a", started)


def test_the_id_of_a_snapshot_is_a_number(emulator: Emulator) -> None:
    emulator.assume(A_33="number")
    assert all(isinstance(row["snapshot_id"], int) for row in emulator.vm("get_snapshot")["snapshots"])


def test_sizes_are_mebibytes(emulator: Emulator) -> None:
    in_bytes = [row["size"] for row in emulator.vm("get_snapshot")["snapshots"]]
    emulator.assume(A_05="no")
    rows = emulator.vm("get_snapshot")["snapshots"]
    assert [row["size"] for row in rows] == [row["total_size"] for row in rows]
    assert [row["size"] for row in rows] == [size // 2**20 for size in in_bytes]


def test_a_setting_left_out_is_cleared(emulator: Emulator) -> None:
    emulator.assume(A_22="no")
    body = emulator.vm("update_restore_settings", ROTATING, enable_rotation=1)["settings"]
    assert (body["enable_rotation"], body["exclude_rotation"]) == (1, [])
    emulator.vm("update_restore_settings", ROTATING, **{"exclude_rotation[]": "golden"})
    body = emulator.vm("get_snapshot", ROTATING)["settings"]
    assert (body["enable_rotation"], body["exclude_rotation"]) == (0, ["golden"])


def test_only_names_of_snapshots_can_be_excluded(emulator: Emulator) -> None:
    emulator.assume(A_23="no")
    refused = emulator.vm("update_restore_settings", 12345, **{"exclude_rotation[]": "none"})
    assert refused["reason"] == "snapshot_not_found"
    accepted = emulator.vm("update_restore_settings", 12345, **{"exclude_rotation[]": "fresh-install"})
    assert accepted["settings"]["exclude_rotation"] == ["fresh-install"]


def test_an_excluded_name_goes_with_its_snapshot(emulator: Emulator) -> None:
    emulator.assume(A_24="no")
    emulator.do("vm", "remove_snapshot", ROTATING, name="golden")
    assert emulator.vm("get_snapshot", ROTATING)["settings"]["exclude_rotation"] == []


def test_excluded_snapshots_leave_room(emulator: Emulator) -> None:
    emulator.assume(A_25="no")
    emulator.vm("update_restore_settings", FULL, **{"exclude_rotation[]": "monday"})
    assert emulator.do("vm", "create_snapshot", FULL, name="fifth")["result"] == "OK"
    assert len(emulator.listed(FULL)) == 5
    assert emulator.vm("create_snapshot", FULL, name="sixth")["reason"] == "snapshot_limit"


def test_rotation_makes_room_when_the_create_is_accepted(emulator: Emulator) -> None:
    emulator.assume(A_26="no")
    before = emulator.listed(ROTATING)
    emulator.start("vm", "create_snapshot", ROTATING, name="new")
    assert emulator.listed(ROTATING) == [before[0], *before[2:]]
    emulator.advance(until="idle")
    assert emulator.listed(ROTATING) == [before[0], *before[2:], "new"]


def test_held_memory_is_lost(emulator: Emulator) -> None:
    emulator.assume(A_27="no")
    emulator.do("vm", "create_snapshot", name="running")
    emulator.do("eq", "off")
    emulator.do("vm", "restore_snapshot", name="running")
    held = emulator.whole()["snapshots"][-1]["memory"]["fingerprint"]
    assert held is not None
    assert emulator.whole()["memory"]["fingerprint"] is None
    emulator.do("eq", "on")
    assert emulator.whole()["memory"]["fingerprint"] not in {None, held}


def test_a_name_that_is_taken_is_replaced_at_the_end(emulator: Emulator) -> None:
    emulator.assume(A_29="no")
    old = emulator.whole(FULL)["snapshots"][0]
    key = emulator.start("vm", "create_snapshot", FULL, name=old["name"])
    assert emulator.listed(FULL)[0] == old["name"]
    emulator.advance(until=key)
    names = emulator.listed(FULL)
    assert (len(names), names[-1]) == (4, old["name"])
    assert emulator.whole(FULL)["snapshots"][-1]["openstack_image_id"] != old["openstack_image_id"]


def test_names_are_compared_ignoring_case(emulator: Emulator) -> None:
    emulator.assume(A_30="no")
    assert emulator.vm("create_snapshot", name="Fresh-Install")["reason"] == "name_taken"


def test_names_that_differ_in_case_alone_are_replaced_both(emulator: Emulator) -> None:
    for name in ("a", "A"):
        emulator.do("vm", "create_snapshot", name=name)
    emulator.assume(A_29="no", A_30="no")
    assert emulator.do("vm", "create_snapshot", name="A")["result"] == "OK"
    assert emulator.listed() == ["fresh-install", "before-release", "A"]


def broken(emulator: Emulator, vm: int, name: str) -> None:
    emulator.fault("task_fails", match={"action": "create_snapshot"})
    emulator.do("vm", "create_snapshot", vm, name=name)


def test_a_broken_snapshot_leaves_room(emulator: Emulator) -> None:
    emulator.assume(A_31="no")
    broken(emulator, 12345, "bad")
    emulator.do("vm", "create_snapshot", name="third")
    emulator.do("vm", "create_snapshot", name="fourth")
    assert emulator.listed() == ["fresh-install", "before-release", "bad", "third", "fourth"]
    assert emulator.vm("create_snapshot", name="fifth")["reason"] == "snapshot_limit"


def test_a_create_that_failed_leaves_nothing(emulator: Emulator) -> None:
    emulator.assume(A_32="no")
    broken(emulator, 12345, "bad")
    assert emulator.listed() == ["fresh-install", "before-release"]


def test_a_broken_snapshot_rotates_in_its_order(emulator: Emulator) -> None:
    emulator.assume(A_36="no")
    broken(emulator, ROTATING, "bad")
    before = emulator.listed(ROTATING)
    emulator.do("vm", "create_snapshot", ROTATING, name="new")
    assert emulator.listed(ROTATING) == [before[0], *before[2:], "new"]
    assert "bad" in emulator.listed(ROTATING)
