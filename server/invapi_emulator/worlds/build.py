"""Build VMs from their description. Omitted fields follow from the seed."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.instants import DAY, Instant, iso
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, StaleChange, size_of
from invapi_emulator.domain.tags import HOSTNAME, Tag, Tags
from invapi_emulator.domain.tasks import Task
from invapi_emulator.domain.virtual_machines import Cancellation, Engine, MachineState, VirtualMachine
from invapi_emulator.engine.renting.deploy import is_deploy
from invapi_emulator.engine.tasks.kinds import holds_still, kind_of
from invapi_emulator.worlds.build_context import BuildContext, BuiltServer
from invapi_emulator.worlds.build_tasks import building_tasks
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.schema import DiskSpec, SnapshotSpec, TagSpec, VmSpec
from invapi_emulator.worlds.steps import Steps, each

VM_AGE = 90 * DAY
_SECONDS_RUN = 1_000_000
_USED_GB = 12
_USED_SHARE = 0.3
_VENDORS: Mapping[Engine, str] = {"openstack": "fa:16:3e", "ovirt": "56:6f:1a", "supermicro": "ac:1f:6b"}
"""The first half of a MAC address."""


@dataclass(frozen=True, slots=True)
class BuiltVm:
    """A VM with everything that belongs to it."""

    vm: VirtualMachine
    snapshots: tuple[Snapshot, ...]
    settings: Mapping[str, RotationSettings]
    tasks: tuple[Task, ...]
    unlisted: tuple[StaleChange, ...]
    assumed: Assumed


def building_vm(spec: VmSpec, building: BuildContext, place: str) -> Steps[BuiltVm]:
    """Build the VM described at this place; raise Unprocessable for numbers or keys that are taken."""
    taken = frozenset(snapshot.image_id for snapshot in spec.snapshots)
    snapshots = yield from each(
        range(len(spec.snapshots)),
        lambda number: _snapshot(spec, number, building, f"{place}snapshots.{number}", taken),
    )
    tasks = yield from building_tasks(spec, building, place)
    settings = {
        type_: RotationSettings(bool(of_type.enable_rotation), tuple(dict.fromkeys(of_type.exclude_rotation)))
        for type_, of_type in spec.settings.items()
    }
    unlisted = yield from each(
        range(len(spec.unlisted)), lambda number: _unlisted(spec, number, building, place)
    )
    return BuiltVm(
        _busy(_vm(spec, building, place), tasks, building.now),
        snapshots,
        settings,
        tasks,
        unlisted,
        building.account.assumed,
    )


def _unlisted(spec: VmSpec, number: int, building: BuildContext, place: str) -> StaleChange:
    """Return a change that lists do not show yet. A removed snapshot has the fields of a present one."""
    change = spec.unlisted[number]
    if change.removed is None:
        return StaleChange(change.id, None, change.until)
    removed = change.removed.model_copy(update={"id": change.id})
    alone = spec.model_copy(update={"snapshots": (removed,)})
    tag, taken = f"{place}unlisted.{number}.removed", frozenset({removed.image_id})
    return StaleChange(change.id, _snapshot(alone, 0, building, tag, taken), change.until)


def _vm(spec: VmSpec, building: BuildContext, place: str) -> VirtualMachine:
    chance = building.chance
    address = building.addresses.of(spec.id, spec.ip)
    if address is None:
        raise error_at(f"{place}ip", spec.ip, "another VM of the account has this address")
    engine = spec.engine or ("supermicro" if spec.kind == "dedicated" else "openstack")
    if (engine == "supermicro") != (spec.kind == "dedicated"):
        raise error_at(
            f"{place}engine", engine, f"a {spec.kind} has another; supermicro is a dedicated server's"
        )
    digits = chance.hex(6, "vm", spec.id, "mac")
    return VirtualMachine(
        id=spec.id,
        kind=spec.kind,
        engine=engine,
        location=spec.location,
        hostname=spec.hostname or default_hostname(spec),
        preset=spec.preset,
        cpu_count=spec.cpu_count,
        size_gb=spec.disk.size_gb,
        memory_mb=spec.memory.size_mb,
        num_max=spec.num_max,
        uuid=spec.uuid or chance.uuid("vm", spec.id, "uuid"),
        ip=address,
        mac=spec.mac or ":".join((_VENDORS[engine], digits[:2], digits[2:4], digits[4:])),
        created_at=building.now - VM_AGE if spec.created_at is None else spec.created_at,
        tags=_tags(spec, building, place),
        power=spec.power,
        power_changes=tuple((change.at, change.power) for change in spec.power_changes),
        running_since=spec.running_since,
        locked_by=None,
        started=spec.started,
        state=_state(spec, building),
        phase=spec.phase,
        cancellation=_cancellation(spec, building, place),
    )


def _cancellation(spec: VmSpec, building: BuildContext, place: str) -> Cancellation | None:
    described = spec.cancellation
    if described is None:
        return None
    if described.ends_at <= building.now:
        accepted = f"must be after the account's present time, {iso(building.now)}"
        raise error_at(f"{place}cancellation.ends_at", iso(described.ends_at), accepted)
    asked_at = building.now if described.asked_at is None else described.asked_at
    if asked_at > building.now:
        raise too_late(f"{place}cancellation.asked_at", asked_at, building.now)
    return Cancellation(described.reason, asked_at, described.ends_at, immediate=described.immediate)


def built_server(built: BuiltVm, place: str) -> BuiltServer:
    """Return what orders ask of a server."""
    deploys = [task.key for task in built.tasks if is_deploy(task) and task.state == "running"]
    return BuiltServer(place, built.vm.phase, built.vm.created_at, deploys[0] if deploys else None)


def default_hostname(spec: VmSpec) -> str:
    return f"vm-{spec.id}"


def _tags(spec: VmSpec, building: BuildContext, place: str) -> Tags:
    """Return the VM's tags, with one for its hostname if the description has none."""
    hostname = TagSpec(value=spec.hostname or default_hostname(spec), internal=1)
    described = spec.tags if HOSTNAME in spec.tags else spec.tags | {HOSTNAME: hostname}
    tags = tuple(
        Tag(
            building.objects.of("tag", tag.id, f"{place}tags.{name}.id"),
            name,
            tag.value,
            tag.extra,
            bool(tag.internal),
        )
        for name, tag in described.items()
    )
    building.tags.add(tags, f"{place}tags")
    return tags


def _busy(vm: VirtualMachine, tasks: tuple[Task, ...], now: Instant) -> VirtualMachine:
    """Return the VM with what its tasks imply: its lock, `running_since` and the counts of started tasks."""
    under_way = [task for task in tasks if task.state == "running"]
    changing = [task.key for task in under_way if kind_of(task).changes]
    held_still = vm.power == "off" or any(holds_still(task) for task in under_way)
    started = dict(vm.started)
    for action in dict.fromkeys(task.action for task in tasks):
        known = sum(task.action == action for task in tasks)
        started[action] = max(started.get(action, 0), known)
    since = now if vm.running_since is None and not held_still else vm.running_since
    return replace(vm, locked_by=changing[-1] if changing else None, running_since=since, started=started)


def _snapshot(
    spec: VmSpec, place: int, building: BuildContext, tag: str, taken: Container[str | None]
) -> Snapshot:
    """Return a snapshot of the VM. `taken` are the image ids that its snapshots are given."""
    described = spec.snapshots[place]
    state = _held_state(spec, place, building)
    return Snapshot(
        vm_id=spec.id,
        type=described.type,
        name=described.name,
        sequence=building.numbers.of("snapshot", described.id, f"{tag}.id"),
        image_id=described.image_id or _image_id(spec, place, building, taken),
        status=described.status,
        size=size_of(state, spec.memory.size_mb) if described.size is None else described.size,
        created_at=building.made_at(described.created_at, described.age_seconds),
        state=state,
    )


def _image_id(spec: VmSpec, place: int, building: BuildContext, taken: Container[str | None]) -> str:
    """Return a generated image id that the description gives to none of the VM's snapshots."""
    attempt = place
    while (made := building.chance.uuid("vm", spec.id, "image of the scenario", attempt)) in taken:
        attempt += len(spec.snapshots)
    return made


def _state(spec: VmSpec, building: BuildContext) -> MachineState:
    disk, memory = spec.disk, spec.memory
    made = _lived(spec, 1.0, building, disk.generation, memory.generation, with_memory=spec.power == "on")
    return replace(
        made,
        disk_fingerprint=disk.fingerprint or made.disk_fingerprint,
        memory_fingerprint=memory.fingerprint or made.memory_fingerprint,
    )


def _held_state(spec: VmSpec, place: int, building: BuildContext) -> MachineState:
    held: SnapshotSpec = spec.snapshots[place]
    made = _lived(
        spec,
        (place + 1) / (len(spec.snapshots) + 1),
        building,
        held.disk.generation,
        held.memory.generation,
        with_memory=bool(held.with_memory),
    )
    used_gb = held.disk.used_gb
    return replace(
        made,
        used_mb=made.used_mb if used_gb is None else int(used_gb * 1024),
        disk_fingerprint=held.disk.fingerprint or made.disk_fingerprint,
        memory_fingerprint=held.memory.fingerprint or made.memory_fingerprint,
    )


def _lived(
    spec: VmSpec,
    lived: float,
    building: BuildContext,
    disk: int | None,
    memory: int | None,
    *,
    with_memory: bool,
) -> MachineState:
    """Return the state of a VM after this share of its past, 0 to 1. Given generations override it."""
    generation = int(_SECONDS_RUN * lived)
    disk_generation = generation if disk is None else disk
    memory_generation = generation if memory is None else memory
    generated = building.chance.hex(16, "vm", spec.id, "memory", memory_generation)
    return MachineState(
        used_mb=int(_used_gb(spec.disk) * 1024 * (0.5 + lived / 2)),
        disk_generation=disk_generation,
        disk_fingerprint=building.chance.hex(16, "vm", spec.id, "disk", disk_generation),
        memory_generation=memory_generation,
        memory_fingerprint=generated if with_memory else None,
    )


def _used_gb(disk: DiskSpec) -> float:
    return min(_USED_GB, _USED_SHARE * disk.size_gb) if disk.used_gb is None else disk.used_gb
