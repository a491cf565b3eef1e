"""`vm.php` `restore_snapshot`: puts a VM back to a snapshot, and removes newer ones (contract 4.4, 4.11)."""

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.parameters import OfExistingSnapshot
from invapi_emulator.actions.vm.lists import changeable, named_in, take_out
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.snapshots import AFTER_A_RESTORE, POWER_OFF_NEEDED
from invapi_emulator.domain.snapshots import Snapshot, newer_than, require_restorable
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine, damaged, powered_on, require_off, restored
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import RefusalExample
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import events
from invapi_emulator.storage.unit_of_work import UnitOfWork


def restore_snapshot(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> Body:
    vm, snapshot = changeable(unit, call)
    require_restorable(snapshot)
    _require_power_to_restore(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm, type=call.params.type)}


def finish_restore_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    """Give the VM the snapshot's disk and memory. Later snapshots are removed (contract 4.4)."""
    snapshot, present = named_in(unit, work)
    require_restorable(snapshot)
    _require_power_to_restore(work.account.assumed, work.vm)
    take_out(unit, work.now, newer_than(snapshot, present))
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
    if assumed[POWER_OFF_NEEDED] != "neither":
        require_off(vm)


def _after_restore(work: Work, snapshot: Snapshot) -> VirtualMachine:
    vm = restored(work.vm, snapshot.state, work.now)
    return vm if work.account.assumed[AFTER_A_RESTORE] == "off" else powered_on(vm, work.now)


_REFUSAL = "failed to request snapshot restore for"

ACTION = Action(
    module="vm",
    name="restore_snapshot",
    label="Restore snapshot",
    clause="4.4",
    params=OfExistingSnapshot,
    handler=restore_snapshot,
    task=Kind(
        (Stage("prepare", 3), Stage("read image", 2, 0.55), Stage("attach disk", 3)),
        finish_restore_snapshot,
        works_disk=True,
        leave=lambda _unit, work: damaged(work.vm, work.now),
    ),
    examples=(started(id=12348, name="golden", type="snapshot"),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample(
            {"id": 12345, "name": "before-release"},
            "vm_running",
            f"{_REFUSAL} 12345 - the VM is running; power it off first",
        ),
        RefusalExample(
            {"id": 12345, "name": "none"},
            "snapshot_not_found",
            f"{_REFUSAL} 12345 - there is no snapshot 'none' of this type",
        ),
    ),
)
