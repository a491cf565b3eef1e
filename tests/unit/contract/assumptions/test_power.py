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
