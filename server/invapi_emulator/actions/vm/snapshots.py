"""`vm.php`: list, remove and restore snapshots (contract 4.2 to 4.4)."""

from collections.abc import Sequence
from typing import Any

import orjson

from invapi_emulator.actions.locks import require_changeable, require_readable
from invapi_emulator.actions.parameters import OfExistingSnapshot, OfSnapshots
from invapi_emulator.actions.vm.lists import held, list_named, take_out
from invapi_emulator.actions.vm.rows import settings_body, snapshot_row
from invapi_emulator.contract.assumptions import snapshots as assumptions
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import (
    Snapshot,
    as_listed,
    find_snapshot,
    newer_than,
    require_restorable,
)
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import (
    VirtualMachine,
    damaged,
    powered_on,
    require_off,
    require_snapshots_supported,
    restored,
)
from invapi_emulator.engine.action import Body, Call, action
from invapi_emulator.engine.tasks.kinds import Outcome, Work, kind
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import events, snapshots, stale_lists, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


@action("vm", "get_snapshot", OfSnapshots, "4.2", refusal="failed to request snapshot list for")
def get_snapshot(unit: UnitOfWork, call: Call[OfSnapshots]) -> Body:
    """Answer the list as it is now, and a key for the list as it will be when the task ends (contract 4.7)."""
    account, type_ = call.account, call.params.type
    vm = vms.load(unit, call.params.id)
    require_snapshots_supported(vm)
    require_readable(account.assumed, vm)
    reading = account.assumed[assumptions.LIST_ANSWER]
    key = {} if reading == "at-once" else {"callback": start_task(unit, call, vm, type=type_)}
    if reading == "by-key":
        return key
    settings = snapshots.settings_of_type(unit, vm.id, list_named(account, type_))
    return key | {
        "settings": settings_body(settings, vm.num_max),
        "snapshots": _listed(unit, account, vm, type_, call.now),
    }


@kind(("vm", "get_snapshot"), [Stage("read", 1)], changes=False, fetches=True)
def finish_get_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    rows = _listed(unit, work.account, work.vm, work.task.context["type"], work.now)
    return Outcome(work.vm, orjson.dumps({"snapshots": rows}).decode())


def _listed(
    unit: UnitOfWork, account: Account, vm: VirtualMachine, type_: str, now: Instant
) -> list[dict[str, Any]]:
    """Return the rows of a list; a fault, or a hostile account, may keep it from showing the newest changes."""
    shown = snapshots.of_vm(unit, vm.id)
    stale = stale_lists.of_vm(unit, vm.id, now)
    if stale:
        shown = as_listed(shown, stale)
    listed = list_named(account, type_)
    rows = [snapshot_row(snapshot, account.assumed) for snapshot in shown if snapshot.type == listed]
    return rows if account.assumed.holds(assumptions.ORDER_OF_ROWS) else rows[::-1]


@action("vm", "remove_snapshot", OfExistingSnapshot, "4.3", refusal="failed to request snapshot removal for")
def remove_snapshot(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> Body:
    vm, _ = _changeable(unit, call)
    _require_power_to_remove(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm, type=call.params.type)}


@kind(("vm", "remove_snapshot"), [Stage("prepare", 3), Stage("merge disk", 2, 0.25)], works_disk=True)
def finish_remove_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    gone, _ = _named_in(unit, work)
    _require_power_to_remove(work.account.assumed, work.vm)
    take_out(unit, work.account, work.now, (gone,))
    return Outcome(
        work.vm, f"Snapshot {gone.name} removed", f"{work.vm.engine}: image {gone.image_id} deleted"
    )


def _require_power_to_remove(assumed: Assumed, vm: VirtualMachine) -> None:
    if assumed.holds(assumptions.POWER_OFF_NEEDED):
        require_off(vm)


@action("vm", "restore_snapshot", OfExistingSnapshot, "4.4", refusal="failed to request snapshot restore for")
def restore_snapshot(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> Body:
    vm, snapshot = _changeable(unit, call)
    require_restorable(snapshot)
    _require_power_to_restore(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm, type=call.params.type)}


@kind(
    ("vm", "restore_snapshot"),
    [Stage("prepare", 3), Stage("read image", 2, 0.55), Stage("attach disk", 3)],
    works_disk=True,
    leave=lambda _unit, work: damaged(work.vm, work.now),
)
def finish_restore_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    """Give the VM the snapshot's disk and memory; what was made after the snapshot is gone (contract 4.4)."""
    snapshot, present = _named_in(unit, work)
    require_restorable(snapshot)
    _require_power_to_restore(work.account.assumed, work.vm)
    take_out(unit, work.account, work.now, newer_than(snapshot, present))
    events.record(unit, work.now, "snapshot_restored",
        vm=work.vm.id, type=snapshot.type, name=snapshot.name,
    )  # fmt: skip
    vm = _after_restore(work, snapshot)
    if vm.power != work.vm.power:
        events.record(unit, work.now, "power", vm=vm.id, power=vm.power, action=work.task.action)
    return Outcome(
        vm, f"Snapshot {snapshot.name} restored", f"{vm.engine}: disk is image {snapshot.image_id}"
    )


def _require_power_to_restore(assumed: Assumed, vm: VirtualMachine) -> None:
    if assumed[assumptions.POWER_OFF_NEEDED] != "neither":
        require_off(vm)


def _after_restore(work: Work, snapshot: Snapshot) -> VirtualMachine:
    assumed = work.account.assumed
    keep_memory = assumed.holds(assumptions.HELD_MEMORY)
    vm = restored(work.vm, snapshot.state, work.now, keep_memory=keep_memory)
    return vm if assumed.holds(assumptions.AFTER_A_RESTORE) else powered_on(vm, work.now)


def _changeable(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> tuple[VirtualMachine, Snapshot]:
    """Return the VM and the snapshot that a call names, if both may be worked on (order: contract 2.8)."""
    account, params = call.account, call.params
    vm = vms.load(unit, params.id)
    require_snapshots_supported(vm)
    present, _ = held(unit, account, vm.id, params.type)
    if not account.assumed.holds(assumptions.LOCK_FIRST):
        find_snapshot(present, params.name, params.openstack_id)
    require_changeable(account.assumed, vm)
    return vm, find_snapshot(present, params.name, params.openstack_id)


def _named_in(unit: UnitOfWork, work: Work) -> tuple[Snapshot, Sequence[Snapshot]]:
    """Return the snapshot that a task is about, and all of its list."""
    present, _ = held(unit, work.account, work.vm.id, work.task.context["type"])
    return find_snapshot(present, work.task.context["name"], None), present
