"""Contract 4.13: what a failed create leaves, and how that counts."""

import pytest

from tests.support.harness import Emulator

ROTATING = 12348  # four snapshots, rotation on, golden excluded


def break_one(emulator: Emulator, vm: int, name: str) -> None:
    emulator.fault("task_fails", match={"action": "create_snapshot"})
    assert emulator.do("vm", "create_snapshot", vm, name=name)["result"] == "Fail"


@pytest.mark.clause("4.13")
def test_a_failed_create_leaves_a_snapshot_in_error_with_its_name(emulator: Emulator) -> None:
    break_one(emulator, 12345, "bad")
    assert [row["status"] for row in emulator.vm(12345)["snapshots"]] == ["available", "available", "error"]
    assert emulator.call_vm("create_snapshot", name="bad")["reason"] == "name_taken"


@pytest.mark.clause("4.13")
def test_a_snapshot_in_error_counts_towards_the_limit(emulator: Emulator) -> None:
    break_one(emulator, 12345, "bad")
    emulator.do("vm", "create_snapshot", name="fourth")
    assert emulator.call_vm("create_snapshot", name="fifth")["reason"] == "snapshot_limit"


@pytest.mark.clause("4.13")
def test_a_snapshot_in_error_can_be_removed_but_not_restored(emulator: Emulator) -> None:
    break_one(emulator, 12345, "bad")
    emulator.do("eq", "off")
    assert emulator.call_vm("restore_snapshot", name="bad")["reason"] == "snapshot_not_found"
    assert emulator.do("vm", "remove_snapshot", name="bad")["result"] == "OK"


@pytest.mark.clause("4.13")
@pytest.mark.follows("A-25")
def test_a_snapshot_in_error_rotates_before_older_ones(emulator: Emulator) -> None:
    break_one(emulator, ROTATING, "bad")
    emulator.do("vm", "create_snapshot", ROTATING, name="new")
    names = [row["name"] for row in emulator.vm(ROTATING)["snapshots"]]
    assert names == ["golden", "nightly-2", "nightly-3", "new"]
