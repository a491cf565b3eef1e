"""`vm.php`: create, list, remove and restore snapshots (contract 4.1 to 4.4)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from invapi_emulator.actions import Body, Call, action
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import (
    Snapshot,
    SnapshotStatus,
    as_listed,
    find_snapshot,
    newer_than,
    require_restorable,
    require_room,
    rotated_out,
    size_of,
)
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import (
    VirtualMachine,
    damaged,
    require_off,
    require_snapshots_supported,
    require_unlocked,
    restored,
)
from invapi_emulator.errors import TaskFailed
from invapi_emulator.modules.parameters import OfExistingSnapshot, OfSnapshot, OfSnapshots
from invapi_emulator.modules.vm.rows import settings_body, snapshot_row
from invapi_emulator.storage import accounts, events, snapshots, unlisted, vms
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.tasks.kinds import Outcome, Work, kind
from invapi_emulator.tasks.start import start_task


@action("vm", "create_snapshot", OfSnapshot, refusal="failed to request snapshot creation for")
def create_snapshot(tx: Transaction, call: Call[OfSnapshot]) -> Body:
    vm = vms.load(tx, call.account.id, call.params.id)
    require_snapshots_supported(vm)
    require_unlocked(vm)
    present = snapshots.of_type(tx, call.account.id, vm.id, call.params.type)
    settings = snapshots.settings_of_type(tx, call.account.id, vm.id, call.params.type)
    require_room(present, call.params.name, settings, vm.num_max)
    return {"callback": start_task(tx, call, vm, type=call.params.type)}


def _leave_in_error(tx: Transaction, work: Work) -> VirtualMachine:
    """Leave the snapshot in status error; it rotates as a good one would (contract 4.10, 4.13)."""
    with suppress(TaskFailed):  # no room: no row either
        _list_new(tx, work, "error")
    return work.vm


@kind(
    "create_snapshot",
    [Stage("prepare", 4), Stage("copy disk", 4, 0.7), Stage("upload image", 0, 0.1)],
    pauses=True,
    works_disk=True,
    leave=_leave_in_error,
)
def finish_create_snapshot(tx: Transaction, work: Work) -> Outcome:
    made = _list_new(tx, work, "available")
    scope = f"Snapshot {made.name} created"
    return Outcome(work.vm, scope, f"{work.vm.engine}: image {made.image_id} active, {made.size} bytes")


def _list_new(tx: Transaction, work: Work, status: SnapshotStatus) -> Snapshot:
    """List the new snapshot; where there is no room, rotate by the settings of this moment (contract 4.10)."""
    vm, type_, name = work.vm, work.task.context["type"], work.task.context["name"]
    present = snapshots.of_type(tx, work.account.id, vm.id, type_)
    settings = snapshots.settings_of_type(tx, work.account.id, vm.id, type_)
    _remove(tx, work, rotated_out(present, settings, vm.num_max))
    made = Snapshot(
        vm_id=vm.id,
        type=type_,
        name=name,
        sequence=accounts.next_sequence(tx, work.account.id),
        image_id=work.chance.uuid("vm", vm.id, "image", vm.started["create_snapshot"]),
        status=status,
        size=size_of(vm.state, vm.memory_mb),
        created_at=work.now,
        state=vm.state,
    )
    snapshots.add(tx, work.account.id, made)
    events.record(
        tx, work.account.id, work.now, "snapshot_made", vm=vm.id, type=type_, name=name, status=status
    )
    return made


@action("vm", "get_snapshot", OfSnapshots, refusal="failed to request snapshot list for")
def get_snapshot(tx: Transaction, call: Call[OfSnapshots]) -> Body:
    """Answer the list as it is now, and a key for the list as it will be when the task ends (contract 4.7)."""
    vm = vms.load(tx, call.account.id, call.params.id)
    require_snapshots_supported(vm)
    settings = snapshots.settings_of_type(tx, call.account.id, vm.id, call.params.type)
    return {
        "callback": start_task(tx, call, vm, type=call.params.type),
        "settings": settings_body(settings, vm.num_max),
        "snapshots": _listed(tx, call.account, vm, call.params.type, call.now),
    }


@kind("get_snapshot", [Stage("read", 1)], changes=False)
def finish_get_snapshot(tx: Transaction, work: Work) -> Outcome:
    rows = _listed(tx, work.account, work.vm, work.task.context["type"], work.now)
    return Outcome(work.vm, orjson.dumps({"snapshots": rows}).decode())


def _listed(
    tx: Transaction, account: Account, vm: VirtualMachine, type_: str, now: Instant
) -> list[dict[str, Any]]:
    """Return the rows of a list; a fault may keep it from showing the newest changes."""
    shown: Sequence[Snapshot] = snapshots.of_vm(tx, account.id, vm.id)
    if account.faults_made:
        shown = as_listed(shown, unlisted.of_vm(tx, account.id, vm.id, now))
    return [snapshot_row(snapshot) for snapshot in shown if snapshot.type == type_]


@action("vm", "remove_snapshot", OfExistingSnapshot, refusal="failed to request snapshot removal for")
def remove_snapshot(tx: Transaction, call: Call[OfExistingSnapshot]) -> Body:
    vm, _ = _changeable(tx, call)
    require_off(vm)
    return {"callback": start_task(tx, call, vm, type=call.params.type)}


@kind("remove_snapshot", [Stage("prepare", 3), Stage("merge disk", 2, 0.25)], works_disk=True)
def finish_remove_snapshot(tx: Transaction, work: Work) -> Outcome:
    gone = _named_in(tx, work)
    _remove(tx, work, (gone,))
    return Outcome(
        work.vm, f"Snapshot {gone.name} removed", f"{work.vm.engine}: image {gone.image_id} deleted"
    )


@action("vm", "restore_snapshot", OfExistingSnapshot, refusal="failed to request snapshot restore for")
def restore_snapshot(tx: Transaction, call: Call[OfExistingSnapshot]) -> Body:
    vm, snapshot = _changeable(tx, call)
    require_restorable(snapshot)
    require_off(vm)
    return {"callback": start_task(tx, call, vm, type=call.params.type)}


@kind(
    "restore_snapshot",
    [Stage("prepare", 3), Stage("read image", 2, 0.55), Stage("attach disk", 3)],
    works_disk=True,
    leave=lambda _tx, work: damaged(work.vm),
)
def finish_restore_snapshot(tx: Transaction, work: Work) -> Outcome:
    """Give the VM the snapshot's disk and memory; what was made after the snapshot is gone (contract 4.4)."""
    snapshot = _named_in(tx, work)
    present = snapshots.of_type(tx, work.account.id, work.vm.id, snapshot.type)
    _remove(tx, work, newer_than(snapshot, present))
    events.record(
        tx, work.account.id, work.now, "snapshot_restored",
        vm=work.vm.id, type=snapshot.type, name=snapshot.name,
    )  # fmt: skip
    vm = restored(work.vm, snapshot.state)
    return Outcome(
        vm, f"Snapshot {snapshot.name} restored", f"{vm.engine}: disk is image {snapshot.image_id}"
    )


def _changeable(tx: Transaction, call: Call[OfExistingSnapshot]) -> tuple[VirtualMachine, Snapshot]:
    """Return the VM and the snapshot that a call names, if both may be worked on (order: contract 2.8)."""
    vm = vms.load(tx, call.account.id, call.params.id)
    require_snapshots_supported(vm)
    require_unlocked(vm)
    present = snapshots.of_type(tx, call.account.id, vm.id, call.params.type)
    return vm, find_snapshot(present, call.params.name, call.params.openstack_id)


def _named_in(tx: Transaction, work: Work) -> Snapshot:
    context = work.task.context
    present = snapshots.of_type(tx, work.account.id, work.vm.id, context["type"])
    return find_snapshot(present, context["name"], None)


def _remove(tx: Transaction, work: Work, gone: tuple[Snapshot, ...]) -> None:
    snapshots.remove(tx, work.account.id, gone)
    for snapshot in gone:
        events.record(
            tx, work.account.id, work.now, "snapshot_removed",
            vm=snapshot.vm_id, type=snapshot.type, name=snapshot.name,
        )  # fmt: skip
