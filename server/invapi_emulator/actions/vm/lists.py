"""A VM's lists of snapshots: finding snapshots in them, and removing them."""

from collections.abc import Iterable, Sequence

from invapi_emulator.actions.lock_refusals import require_changeable
from invapi_emulator.actions.parameters import OfExistingSnapshot
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, find_snapshot
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_snapshots_supported
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.tasks.kinds import Work
from invapi_emulator.storage import events, snapshots, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def held(unit: UnitOfWork, vm_id: int, type_: str) -> tuple[list[Snapshot], RotationSettings]:
    """Return the snapshots of this type, oldest first, and its settings."""
    return snapshots.of_type(unit, vm_id, type_), snapshots.settings_of_type(unit, vm_id, type_)


def changeable(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> tuple[VirtualMachine, Snapshot]:
    """Return the VM and the snapshot that a call names. Raise a refusal unless both can be changed (contract 2.8)."""
    params = call.params
    vm = vms.load(unit, params.id)
    require_snapshots_supported(vm)
    require_changeable(unit, vm)
    present = snapshots.of_type(unit, vm.id, params.type)
    return vm, find_snapshot(present, params.name, params.openstack_id)


def named_in(unit: UnitOfWork, work: Work) -> tuple[Snapshot, Sequence[Snapshot]]:
    """Return the snapshot that a task is about, and its whole list."""
    present = snapshots.of_type(unit, work.vm.id, work.task.context["type"])
    return find_snapshot(present, work.task.context["name"], None), present


def take_out(unit: UnitOfWork, now: Instant, gone: Iterable[Snapshot]) -> None:
    """Remove snapshots from their lists, and record an event for each."""
    for snapshot in gone:
        snapshots.remove(unit, snapshot)
        events.record(unit, now, "snapshot_removed",
            vm=snapshot.vm_id, type=snapshot.type, name=snapshot.name,
        )  # fmt: skip
