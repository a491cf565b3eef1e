"""Contract 4.12, 4.14, 4.16: what locks a VM, and which VMs have snapshots."""

import pytest

from tests.support.harness import Emulator


@pytest.mark.clause("4.12")
@pytest.mark.parametrize(
    ("module", "action", "vm"),
    [
        ("vm", "create_snapshot", 12345),
        ("vm", "remove_snapshot", 12346),
        ("vm", "restore_snapshot", 12346),
        ("eq", "on", 12346),
        ("eq", "off", 12345),
        ("eq", "hard_off", 12345),
        ("eq", "reboot", 12345),
    ],
)
@pytest.mark.follows("A-18", "A-21", "A-28")
def test_a_changing_task_locks_its_vm_until_it_ends(
    emulator: Emulator, module: str, action: str, vm: int
) -> None:
    name = "new" if action == "create_snapshot" else "monday"
    key = emulator.start(module, action, vm, name=name)
    assert emulator.vm(vm)["locked_by"] == key
    for other, change in (
        ("vm", "create_snapshot"), ("vm", "remove_snapshot"), ("vm", "restore_snapshot"),
        ("eq", "on"), ("eq", "off"), ("eq", "hard_off"), ("eq", "reboot"),
    ):  # fmt: skip
        assert emulator.call(other, change, id=vm, name="monday")["reason"] == "vm_locked"
    for other, reading in (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status"), ("eq", "sensors")):
        assert emulator.do(other, reading, vm)["result"] == "OK"
    emulator.advance(until=key)
    assert emulator.vm(vm)["locked_by"] is None


@pytest.mark.clause("4.12")
@pytest.mark.follows("A-06", "A-09", "A-21")
def test_the_refusal_names_the_action_that_holds_the_vm_and_no_key(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    said = emulator.eq("off")["message"]
    assert said == "failed to request off for 12345 - the VM is locked: create_snapshot has not ended"
    assert key not in str(emulator.eq("reboot"))


@pytest.mark.clause("4.12")
@pytest.mark.follows("A-37", "A-13")
def test_a_hard_off_waits_for_a_reboot_that_hangs(emulator: Emulator) -> None:
    emulator.fault("task_hangs", match={"action": "reboot"})
    key = emulator.start("eq", "reboot")
    emulator.advance(3600)
    assert emulator.eq("hard_off")["reason"] == "vm_locked"
    assert emulator.check(key)["result"] == "Not ready"


@pytest.mark.clause("4.12")
@pytest.mark.follows("A-18")
def test_reading_tasks_do_not_lock(emulator: Emulator) -> None:
    for module, action in (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status")):
        emulator.start(module, action)
    assert emulator.vm(12345)["locked_by"] is None
    emulator.start("vm", "create_snapshot", name="a")


@pytest.mark.clause("4.12")
def test_settings_can_be_changed_while_a_vm_is_locked(emulator: Emulator) -> None:
    emulator.start("vm", "create_snapshot", name="a")
    assert emulator.call_vm("update_restore_settings", enable_rotation=1)["result"] == "OK"


@pytest.mark.clause("4.14")
@pytest.mark.parametrize(
    "action",
    ["create_snapshot", "get_snapshot", "remove_snapshot", "restore_snapshot", "update_restore_settings"],
)
def test_a_vds_has_no_snapshots_and_no_settings(emulator: Emulator, action: str) -> None:
    answer = emulator.call_vm(action, 12347, name="a", enable_rotation=1)
    assert answer["reason"] == "not_supported"


@pytest.mark.clause("4.14")
def test_a_vds_has_statistics_and_power(emulator: Emulator) -> None:
    assert emulator.do("vm", "load_stats", 12347)["result"] == "OK"
    assert emulator.do("eq", "off", 12347)["scope"] == "VM is down now"


@pytest.mark.clause("4.16")
def test_get_engine_lists_the_engines_of_the_account(emulator: Emulator) -> None:
    expected = {"result": "OK", "module": "vm", "action": "get_engine", "engines": ["openstack", "ovirt"]}
    assert emulator.call("vm", "get_engine") == expected
    assert emulator.call("vm", "get_engine", id="nonsense", x="y") == expected
