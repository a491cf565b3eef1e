"""VMs, as pure rules: reading changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.domain.instants import DAY, HOUR, SECOND
from invapi_emulator.domain.virtual_machines import (
    MachineState,
    VirtualMachine,
    as_of,
    paused,
    powered_off,
    powered_on,
    rebooted,
    resumed,
)

STATE = MachineState(10_000, 500, "00000000000000d1", 500, "00000000000000a1")
VM = VirtualMachine(
    1, "VPS", "openstack", "NL", "vm-1", "small", 2, 40, 4096, 4, "uuid", "203.0.113.1", "fa:16:3e:00:00:01", 0, (),
    "on", (), DAY, None, {}, STATE,
)  # fmt: skip
later = st.integers(DAY, 400 * DAY)


@given(later)
def test_whole_seconds_of_running_change_disk_and_memory(now: int) -> None:
    state = as_of(VM, now).state
    seconds = (now - DAY) // SECOND
    assert state.disk_generation == state.memory_generation == 500 + seconds
    assert (
        (state.disk_fingerprint == STATE.disk_fingerprint)
        == (state.memory_fingerprint == STATE.memory_fingerprint)
        == (seconds == 0)
    )
    assert 10_000 <= state.used_mb <= 40 * 1024


@given(later, later)
def test_a_vm_that_is_off_or_paused_does_not_change(now: int, then: int) -> None:
    for still in (powered_off(VM, now), paused(VM, now)):
        assert as_of(still, max(now, then) + DAY) == still


@given(later)
def test_a_pause_does_not_affect_the_state(now: int) -> None:
    assert paused(VM, now).state == as_of(VM, now).state
    assert resumed(paused(VM, now), now + HOUR).running_since == now + HOUR
    assert resumed(powered_off(VM, now), now).running_since is None


@given(later)
def test_every_power_cycle_gives_other_states(now: int) -> None:
    off = powered_off(VM, now)
    on = powered_on(off, now)
    again = rebooted(on, now)
    assert len({VM.state, off.state, on.state, again.state}) == 4
    assert off.state.memory_fingerprint is None


def test_power_changes_are_kept_for_an_hour_with_the_one_before() -> None:
    vm = VM
    for cycle in range(50):
        vm = powered_off(vm, DAY + cycle * HOUR)
        vm = powered_on(vm, DAY + cycle * HOUR + SECOND)
    assert len(vm.power_changes) <= 4
    assert vm.power_changes[-1] == (DAY + 49 * HOUR + SECOND, "on")


@given(later, later)
def test_reading_in_between_changes_nothing(now: int, then: int) -> None:
    sooner, last = sorted((now, then))
    assert as_of(as_of(VM, sooner), last) == as_of(VM, last)
