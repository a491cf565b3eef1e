"""Other options of the assumptions about power."""

from tests.support.harness import Emulator


def test_on_of_what_is_on_and_off_of_what_is_off_are_refused(emulator: Emulator) -> None:
    emulator.assume({"A-34": "no"})
    assert emulator.eq("on", 12345)["reason"] == "vm_running"
    assert emulator.eq("off", 12346)["reason"] == "vm_not_running"
    assert emulator.eq("hard_off", 12346)["reason"] == "vm_not_running"
    assert emulator.do("eq", "off", 12345)["scope"] == "VM is down now"
    assert emulator.do("eq", "on", 12346)["scope"] == "VM is up now"


def test_a_reboot_of_what_is_off_starts_it(emulator: Emulator) -> None:
    emulator.assume({"A-35": "no"})
    assert emulator.do("eq", "reboot", 12346)["scope"] == "VM is up now"
    assert emulator.vm(12346)["power"] == "on"


def hanging_reboot(emulator: Emulator) -> str:
    emulator.fault("task_hangs", match={"action": "reboot"})
    key = emulator.start("eq", "reboot")
    emulator.advance(3600)
    return key


def test_a_hard_off_ends_a_reboot_that_hangs(emulator: Emulator) -> None:
    emulator.assume({"A-37": "accepted"})
    key = hanging_reboot(emulator)
    assert emulator.eq("off")["reason"] == "vm_locked"
    assert emulator.do("eq", "hard_off")["scope"] == "VM is down now"
    assert emulator.check(key)["result"] == "Fail"
    assert (emulator.vm(12345)["power"], emulator.vm(12345)["locked_by"]) == ("off", None)


def test_a_hard_off_waits_for_a_reboot_that_goes_on_and_for_other_tasks_that_hang(emulator: Emulator) -> None:
    emulator.assume({"A-37": "accepted"})
    key = emulator.start("eq", "reboot")
    assert emulator.eq("hard_off")["reason"] == "vm_locked"
    emulator.advance(until=key)
    emulator.fault("task_hangs", match={"action": "create_snapshot"})
    emulator.start("vm", "create_snapshot", name="a")
    assert emulator.eq("hard_off")["reason"] == "vm_locked"


def test_a_hard_off_that_is_refused_ends_no_reboot(emulator: Emulator) -> None:
    emulator.assume({"A-37": "accepted", "A-34": "refused", "A-35": "starts"})
    emulator.do("eq", "off")
    key = hanging_reboot(emulator)
    assert emulator.eq("hard_off")["reason"] == "vm_not_running"
    assert emulator.check(key)["result"] == "Not ready"
