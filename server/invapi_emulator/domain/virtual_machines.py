"""A VM: its disk and memory, and how running, power and snapshots change them."""

import hashlib
from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.instants import HOUR, SECOND, Instant
from invapi_emulator.domain.tags import HOSTNAME, Tag, Tags, with_tag
from invapi_emulator.errors import NotSupported, VmNotRunning, VmRunning
from invapi_emulator.whole_numbers import counted_on

VmKind: TypeAlias = Literal["VPS", "VDS", "dedicated"]
Engine: TypeAlias = Literal["openstack", "ovirt", "supermicro"]
Power: TypeAlias = Literal["on", "off"]
Phase: TypeAlias = Literal["deploying", "rented", "suspended"]
"""Where a server is in its life. A suspended one is off until its rent is paid."""

DISK_GROWTH_SECONDS_PER_MB = 60
"""Seconds in which the used disk of a running VM grows by one MiB, until it is nearly full."""

MOST_POWER_CHANGES = 10_000
"""Maximum number of changes of power that a VM keeps. All of them are written at each change, and read for statistics."""

DISK_FULL = 0.95

_FINGERPRINT_STEP = 0x9E3779B97F4A7C15


class MachineState(Struct, frozen=True, gc=False):
    """The state that a snapshot holds and a restore brings back.

    A generation counts the changes. A fingerprint (16 hexadecimal digits) represents the content. The memory's is None
    for a VM that is off, unless a restore left it memory to resume.
    """

    used_mb: int
    disk_generation: int
    disk_fingerprint: str
    memory_generation: int
    memory_fingerprint: str | None


class Cancellation(Struct, frozen=True):
    """A cancellation of a server: it goes at `ends_at`. `immediate` ones cannot be withdrawn."""

    reason: str
    asked_at: Instant
    ends_at: Instant
    immediate: bool = False


class VirtualMachine(Struct, frozen=True):
    """A server as stored, virtual or dedicated. `state` is the state at `running_since`, which is None while the VM is off or paused.

    `power_changes` are the changes of the last hour and the one before them, oldest first. `locked_by` is the
    key of the changing task under way. `started` counts the tasks started, by action. Sizes: `size_gb` GiB of
    disk, `memory_mb` MiB of memory.
    """

    id: int
    kind: VmKind
    engine: Engine
    location: str
    hostname: str
    preset: str
    cpu_count: int
    size_gb: int
    memory_mb: int
    num_max: int
    uuid: str
    ip: str
    mac: str
    created_at: Instant
    tags: Tags
    power: Power
    power_changes: tuple[tuple[Instant, Power], ...]
    running_since: Instant | None
    locked_by: str | None
    started: Mapping[str, int]
    state: MachineState
    phase: Phase = "rented"
    cancellation: Cancellation | None = None

    @property
    def ends_at(self) -> Instant | None:
        return None if self.cancellation is None else self.cancellation.ends_at


def require_snapshots_supported(vm: VirtualMachine) -> None:
    """Refuse a VM that has no snapshots (contract 4.14)."""
    if vm.kind != "VPS":
        raise NotSupported(
            f"snapshots are not supported for a {vm.kind}, only for a VPS on openstack or ovirt"
        )


def require_off(vm: VirtualMachine) -> None:
    if vm.power == "on":
        raise VmRunning("the VM is running; power it off first")


def require_on(vm: VirtualMachine) -> None:
    if vm.power == "off":
        raise VmNotRunning("the VM is not running; power it on first")


def tagged(vm: VirtualMachine, tag: Tag) -> VirtualMachine:
    """Return the VM with a tag. The tag `hostname` also changes the hostname (contract 10.2)."""
    hostname = tag.value if tag.name == HOSTNAME else vm.hostname
    return replace(vm, hostname=hostname, tags=with_tag(vm.tags, tag))


def as_of(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM with its state at `now`. Each whole second of running changes its disk and memory."""
    seconds = 0 if vm.running_since is None else (now - vm.running_since) // SECOND
    if seconds <= 0:
        return vm
    assert vm.running_since is not None
    return replace(vm, state=_after_running(vm, seconds), running_since=vm.running_since + seconds * SECOND)


def paused(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM paused while its snapshot is taken, so that the snapshot shows one moment."""
    return replace(as_of(vm, now), running_since=None)


def resumed(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM after a pause. A VM that is off or was not paused is returned unchanged."""
    if vm.power == "off" or vm.running_since is not None:
        return vm
    return replace(vm, running_since=now)


def powered_on(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM running: with the memory that a restore left it, or freshly booted. A suspended server stays off."""
    if vm.power == "on" or vm.phase == "suspended":
        return vm
    held = vm.state.memory_fingerprint is not None
    state = vm.state if held else _booted(vm.state)
    return replace(_with_power(vm, "on", now), state=state, running_since=now)


def powered_off(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM off, without memory."""
    if vm.power == "off":
        return vm
    stopped = as_of(vm, now)
    state = replace(_written(stopped.state, "shutdown"), memory_fingerprint=None)
    return replace(_with_power(stopped, "off", now), state=state, running_since=None)


def rebooted(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    return replace(vm, state=_booted(as_of(vm, now).state), running_since=now)


def restored(vm: VirtualMachine, state: MachineState, now: Instant) -> VirtualMachine:
    """Return the VM off, with the disk and the memory of a snapshot (contract 4.11)."""
    stopped = vm if vm.power == "off" else _with_power(vm, "off", now)
    return replace(stopped, state=state, running_since=None)


def damaged(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return the VM off, without memory, and with a disk that is neither the old nor the wanted one."""
    stopped = powered_off(vm, now)
    return replace(stopped, state=replace(_written(stopped.state, "damaged"), memory_fingerprint=None))


def _with_power(vm: VirtualMachine, power: Power, now: Instant) -> VirtualMachine:
    changes = (*vm.power_changes, (now, power))
    recent = [number for number, (at, _) in enumerate(changes) if at > now - HOUR]
    first = max(recent[0] - 1, len(changes) - MOST_POWER_CHANGES, 0)
    return replace(vm, power=power, power_changes=changes[first:])


def _after_running(vm: VirtualMachine, seconds: int) -> MachineState:
    state = vm.state
    full_mb = max(int(vm.size_gb * 1024 * DISK_FULL), state.used_mb)
    generation = counted_on(state.disk_generation, seconds)
    grown_mb = generation // DISK_GROWTH_SECONDS_PER_MB - state.disk_generation // DISK_GROWTH_SECONDS_PER_MB
    memory = state.memory_fingerprint
    return MachineState(
        used_mb=min(state.used_mb + grown_mb, full_mb),
        disk_generation=generation,
        disk_fingerprint=_ran(state.disk_fingerprint, seconds),
        memory_generation=counted_on(state.memory_generation, seconds),
        memory_fingerprint=None if memory is None else _ran(memory, seconds),
    )


def _ran(fingerprint: str, seconds: int) -> str:
    """Return the fingerprint after some seconds. It is a sum, so that reads in between do not change it."""
    return f"{(int(fingerprint, 16) + seconds * _FINGERPRINT_STEP) % (1 << 64):016x}"


def _written(state: MachineState, by: str) -> MachineState:
    return replace(
        state,
        disk_generation=counted_on(state.disk_generation),
        disk_fingerprint=_derived(state.disk_fingerprint, by),
    )


def _booted(state: MachineState) -> MachineState:
    written = _written(state, "boot")
    return replace(
        written,
        memory_generation=counted_on(state.memory_generation),
        memory_fingerprint=_derived(written.disk_fingerprint, f"boot {state.memory_generation + 1}"),
    )


def _derived(fingerprint: str, by: str) -> str:
    return hashlib.blake2b(f"{fingerprint}/{by}".encode(), digest_size=8).hexdigest()
