"""A VM's lists of snapshots: which list a type names, finding snapshots in it, and taking them out."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from invapi_emulator.actions.locks import require_changeable
from invapi_emulator.actions.parameters import OfExistingSnapshot
from invapi_emulator.contract.assumptions.snapshots import EXCLUSION_OF_WHAT_GOES, LOCK_FIRST, TYPES
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import DEFAULT_TYPE, RotationSettings, Snapshot, find_snapshot
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_snapshots_supported
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.tasks.kinds import Work
from invapi_emulator.storage import events, snapshots, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def list_named(account: Account, type_: str) -> str:
    """Return the type whose list a call means: its own, unless there is one list only (assumption A-17)."""
    return type_ if account.assumed[TYPES] == "separate" else DEFAULT_TYPE


def held(
    unit: UnitOfWork, account: Account, vm_id: int, type_: str
) -> tuple[list[Snapshot], RotationSettings]:
    """Return the snapshots of the list that this type names, oldest first, and its settings."""
    listed = list_named(account, type_)
    present = snapshots.of_type(unit, vm_id, listed)
    return present, snapshots.settings_of_type(unit, vm_id, listed)


def changeable(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> tuple[VirtualMachine, Snapshot]:
    """Return the VM and the snapshot that a call names, if both may be worked on (order: contract 2.8)."""
    account, params = call.account, call.params
    vm = vms.load(unit, params.id)
    require_snapshots_supported(vm)
    present, _ = held(unit, account, vm.id, params.type)
    if account.assumed[LOCK_FIRST] == "name-first":
        find_snapshot(present, params.name, params.openstack_id)
    require_changeable(account.assumed, vm)
    return vm, find_snapshot(present, params.name, params.openstack_id)


def named_in(unit: UnitOfWork, work: Work) -> tuple[Snapshot, Sequence[Snapshot]]:
    """Return the snapshot that a task is about, and all of its list."""
    present, _ = held(unit, work.account, work.vm.id, work.task.context["type"])
    return find_snapshot(present, work.task.context["name"], None), present


def take_out(unit: UnitOfWork, account: Account, now: Instant, gone: Iterable[Snapshot]) -> None:
    """Remove snapshots from their lists, each with its event."""
    for snapshot in gone:
        snapshots.remove(unit, snapshot)
        if account.assumed[EXCLUSION_OF_WHAT_GOES] == "goes":
            _exclude_no_longer(unit, snapshot)
        events.record(unit, now, "snapshot_removed",
            vm=snapshot.vm_id, type=snapshot.type, name=snapshot.name,
        )  # fmt: skip


def _exclude_no_longer(unit: UnitOfWork, gone: Snapshot) -> None:
    settings = snapshots.settings_of_type(unit, gone.vm_id, gone.type)
    left = tuple(name for name in settings.excluded if name != gone.name)
    if left != settings.excluded:
        snapshots.save_settings(unit, gone.vm_id, gone.type, replace(settings, excluded=left))
