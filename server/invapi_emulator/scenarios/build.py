"""Putting a world into an account: its VMs, snapshots and settings, with states drawn from the seed."""

from invapi_emulator.domain.instants import DAY, SECOND, Instant
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, size_of
from invapi_emulator.domain.virtual_machines import MachineState, VirtualMachine
from invapi_emulator.randomness import Chance
from invapi_emulator.scenarios.schema import VmSpec, World
from invapi_emulator.storage import accounts, snapshots, vms
from invapi_emulator.storage.database import Transaction

VM_AGE = 90 * DAY
_SECONDS_RUN = 1_000_000


def build_world(tx: Transaction, account_id: int, world: World, now: Instant, chance: Chance) -> None:
    vms.add(tx, account_id, [_vm(spec, now, chance) for spec in world.vms])
    for spec in world.vms:
        for type_, settings in spec.settings.items():
            new = RotationSettings(bool(settings.enable_rotation), settings.exclude_rotation)
            snapshots.save_settings(tx, account_id, spec.id, type_, new)
        for place in range(len(spec.snapshots)):
            number = accounts.next_sequence(tx, account_id)
            snapshots.add(tx, account_id, _snapshot(spec, place, number, now, chance))


def _vm(spec: VmSpec, now: Instant, chance: Chance) -> VirtualMachine:
    vendor = "fa:16:3e" if spec.engine == "openstack" else "56:6f:1a"
    digits = chance.hex(6, "vm", spec.id, "mac")
    return VirtualMachine(
        id=spec.id,
        kind=spec.kind,
        engine=spec.engine,
        location=spec.location,
        hostname=spec.hostname or f"vm-{spec.id}",
        preset=spec.preset,
        cpu_count=spec.cpu_count,
        size_gb=spec.disk.size_gb,
        memory_mb=spec.memory.size_mb,
        num_max=spec.num_max,
        uuid=chance.uuid("vm", spec.id, "uuid"),
        ip=f"203.0.113.{spec.id % 254 + 1}",
        mac=":".join((vendor, digits[:2], digits[2:4], digits[4:])),
        created_at=now - VM_AGE,
        tags=tuple(spec.tags.items()),
        power=spec.power,
        power_changes=(),
        running_since=now if spec.power == "on" else None,
        locked_by=None,
        started={},
        state=_state(spec, 1.0, with_memory=spec.power == "on", chance=chance),
    )


def _snapshot(spec: VmSpec, place: int, number: int, now: Instant, chance: Chance) -> Snapshot:
    described = spec.snapshots[place]
    lived = (place + 1) / (len(spec.snapshots) + 1)
    state = _state(spec, lived, with_memory=described.with_memory, chance=chance)
    return Snapshot(
        vm_id=spec.id,
        type=described.type,
        name=described.name,
        sequence=number,
        image_id=chance.uuid("vm", spec.id, "image of the scenario", place),
        status="available",
        size=size_of(state, spec.memory.size_mb),
        created_at=now - described.age_seconds * SECOND,
        state=state,
    )


def _state(spec: VmSpec, lived: float, *, with_memory: bool, chance: Chance) -> MachineState:
    """Return the state of a VM that has lived this part of its past, from 0 to 1."""
    generation = int(_SECONDS_RUN * lived)
    return MachineState(
        used_mb=int(spec.disk.used_gb * 1024 * (0.5 + lived / 2)),
        disk_generation=generation,
        disk_fingerprint=chance.hex(16, "vm", spec.id, "disk", generation),
        memory_generation=generation,
        memory_fingerprint=chance.hex(16, "vm", spec.id, "memory", generation) if with_memory else None,
    )
