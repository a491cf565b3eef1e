"""The server that a deploy makes, and what a reinstall leaves of one (contract 11.3, 11.4, 11.5)."""

import re

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.catalogue import Preset
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import Order
from invapi_emulator.domain.snapshots import DEFAULT_NUM_MAX
from invapi_emulator.domain.tags import HOSTNAME, OS_TAG, Tag, find_tag
from invapi_emulator.domain.virtual_machines import (
    Engine,
    MachineState,
    VirtualMachine,
    VmKind,
    powered_off,
    powered_on,
    tagged,
)
from invapi_emulator.whole_numbers import counted_on

_INSTALLED_MB = 2_048
"""What a fresh operating system takes of a disk."""

_DISKS = re.compile(r"(\d{1,4})x(\d{1,6})")


class Identity(Struct, frozen=True):
    """What the emulator chooses for a new server."""

    id: int
    uuid: str
    ip: str
    mac: str
    hostname_tag: int
    os_tag: int
    fingerprint: str


def deploying(order: Order, preset: Preset, identity: Identity, now: Instant) -> VirtualMachine:
    """Return the server of an order while it is being deployed: off, and with an empty disk."""
    hostname = order.hostname or f"hostkey{identity.id}"
    kind: VmKind = "VPS" if preset.virtual else "dedicated"
    engine: Engine = "openstack" if preset.virtual else "supermicro"
    return VirtualMachine(
        id=identity.id,
        kind=kind,
        engine=engine,
        location=order.location,
        hostname=hostname,
        preset=preset.name,
        cpu_count=preset.cpu,
        size_gb=disk_gb(preset.hdd),
        memory_mb=preset.ram * 1024,
        num_max=DEFAULT_NUM_MAX,
        uuid=identity.uuid,
        ip=identity.ip,
        mac=identity.mac,
        created_at=now,
        tags=(
            Tag(identity.hostname_tag, HOSTNAME, hostname, internal=True),
            Tag(identity.os_tag, OS_TAG, order.os, internal=True),
        ),
        power="off",
        power_changes=(),
        running_since=None,
        locked_by=None,
        started={},
        state=MachineState(0, 0, identity.fingerprint, 0, None),
        phase="deploying",
    )


def deployed(vm: VirtualMachine, now: Instant) -> VirtualMachine:
    """Return a server whose deploy is done: installed, on, and rented from now."""
    return replace(powered_on(_installed(vm, vm.state.disk_fingerprint), now), created_at=now, phase="rented")


def reinstalled(
    vm: VirtualMachine, fingerprint: str, os: str, hostname: str | None, now: Instant
) -> VirtualMachine:
    """Return a server with a fresh system on its disk, and on. Nothing of the former content is left.

    Without a `hostname` it keeps its own.
    """
    fresh = powered_on(_installed(powered_off(vm, now), fingerprint), now)
    for name, value in ((OS_TAG, os), (HOSTNAME, hostname)):
        present = find_tag(fresh.tags, name)
        if value is not None and present is not None:
            fresh = tagged(fresh, replace(present, value=value))
    return fresh


def disk_gb(disks: str) -> int:
    """Return the size of all disks that a preset describes, such as `2x960`; a text that describes none counts as 40."""
    return sum(int(count) * int(size) for count, size in _DISKS.findall(disks)) or 40


def _installed(vm: VirtualMachine, fingerprint: str) -> VirtualMachine:
    used = min(_INSTALLED_MB, vm.size_gb * 1024)
    generation = counted_on(vm.state.disk_generation)
    state = MachineState(used, generation, fingerprint, vm.state.memory_generation, None)
    return replace(vm, state=state)
