"""`vm.php` `remove_snapshot`: removes a snapshot (contract 4.3)."""

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.parameters import OfExistingSnapshot
from invapi_emulator.actions.vm.lists import changeable, named_in, take_out
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.snapshots import POWER_OFF_NEEDED
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_off
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage.unit_of_work import UnitOfWork


def remove_snapshot(unit: UnitOfWork, call: Call[OfExistingSnapshot]) -> Body:
    vm, _ = changeable(unit, call)
    _require_power_to_remove(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm, type=call.params.type)}


def finish_remove_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    gone, _ = named_in(unit, work)
    _require_power_to_remove(work.account.assumed, work.vm)
    take_out(unit, work.now, (gone,))
    return Outcome(
        work.vm, f"Snapshot {gone.name} removed", f"{work.vm.engine}: image {gone.image_id} deleted"
    )


def _require_power_to_remove(assumed: Assumed, vm: VirtualMachine) -> None:
    if assumed[POWER_OFF_NEEDED] == "both":
        require_off(vm)


ACTION = Action(
    module="vm",
    name="remove_snapshot",
    label="Remove snapshot",
    clause="4.3",
    params=OfExistingSnapshot,
    handler=remove_snapshot,
    task=Kind((Stage("prepare", 3), Stage("merge disk", 2, 0.25)), finish_remove_snapshot, works_disk=True),
    examples=(started(id=12348, name="golden"),),
    refusal="failed to request snapshot removal for",
)
