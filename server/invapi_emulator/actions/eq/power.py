"""`eq.php` `on`, `off`, `hard_off`, `reboot`, `status`: the power of a server (contract 6.3)."""

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.lock_refusals import require_changeable, require_in_use, require_readable
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.contract.assumptions.power import (
    ALREADY_SO,
    HARD_OFF_OF_A_HANGING_REBOOT,
    REBOOT_OF_WHAT_IS_OFF,
)
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import (
    VirtualMachine,
    powered_off,
    powered_on,
    rebooted,
    require_off,
    require_on,
)
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Handler
from invapi_emulator.engine.example import RefusalExample
from invapi_emulator.engine.tasks.end import fail_by_hand
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import events, tasks, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def switch_power(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    if call.action == "hard_off" and call.account.assumed[HARD_OFF_OF_A_HANGING_REBOOT] == "accepted":
        vm = _without_hanging_reboot(unit, call, vm)
    if call.action == "on":
        require_in_use(vm)
    require_changeable(unit, vm)
    if call.account.assumed[ALREADY_SO] == "refused":
        require_off(vm) if call.action == "on" else require_on(vm)
    return {"callback": start_task(unit, call, vm)}


def _without_hanging_reboot(unit: UnitOfWork, call: Call[OfVm], vm: VirtualMachine) -> VirtualMachine:
    """Return the VM after a reboot that hangs has failed; the same VM if none does."""
    task = None if vm.locked_by is None else tasks.by_key(unit, vm.locked_by)
    if task is None or task.action != "reboot" or task.due_at is not None:
        return vm
    fail_by_hand(unit, task, call.now, "ended by hard_off")
    return vms.load(unit, vm.id)


def reboot(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_in_use(vm)
    require_changeable(unit, vm)
    if call.account.assumed[REBOOT_OF_WHAT_IS_OFF] == "refused":
        require_on(vm)
    return {"callback": start_task(unit, call, vm)}


def status(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_readable(unit, vm)
    return {"callback": start_task(unit, call, vm)}


def finish_on(unit: UnitOfWork, work: Work) -> Outcome:
    return _changed(unit, work, powered_on(work.vm, work.now))


def finish_off(unit: UnitOfWork, work: Work) -> Outcome:
    return _changed(unit, work, powered_off(work.vm, work.now))


def finish_reboot(unit: UnitOfWork, work: Work) -> Outcome:
    if work.vm.power == "off":
        if work.account.assumed[REBOOT_OF_WHAT_IS_OFF] == "refused":
            require_on(work.vm)
        return _changed(unit, work, powered_on(work.vm, work.now))
    return _changed(unit, work, rebooted(work.vm, work.now))


def finish_status(_unit: UnitOfWork, work: Work) -> Outcome:
    return Outcome(work.vm, _scope(work.vm))


def _changed(unit: UnitOfWork, work: Work, vm: VirtualMachine) -> Outcome:
    if vm != work.vm:
        events.record(unit, work.now, "power", vm=vm.id, power=vm.power, action=work.task.action)
    return Outcome(vm, _scope(vm), f"{vm.engine}: domain {vm.uuid} is {vm.power}")


def _scope(vm: VirtualMachine) -> str:
    return "VM is up now" if vm.power == "on" else "VM is down now"


def _power(
    name: str,
    label: str,
    handler: Handler[OfVm],
    task: Kind,
    *,
    example: int = 12345,
    refused: tuple[RefusalExample, ...] = (),
) -> Action:
    return Action(
        module="eq",
        name=name,
        label=label,
        clause="6.3",
        params=OfVm,
        handler=handler,
        task=task,
        examples=(started(id=example),),
        refusal=f"failed to request {name} for",
        refusal_examples=refused,
        ignored={"pin": "accepted and ignored, whatever it is (6.3)"},
    )


_NOT_RUNNING = RefusalExample(
    {"id": 12346},
    "vm_not_running",
    "failed to request reboot for 12346 - the VM is not running; power it on first",
)

ACTIONS = (
    _power("status", "Ask power status", status, Kind((Stage("ask", 1),), finish_status, changes=False)),
    _power(
        "on",
        "Power on",
        switch_power,
        Kind((Stage("schedule", 1), Stage("boot", 7)), finish_on),
        example=12346,
    ),
    _power("off", "Power off", switch_power, Kind((Stage("shut down", 5),), finish_off)),
    _power("hard_off", "Hard power off", switch_power, Kind((Stage("cut power", 2),), finish_off)),
    _power(
        "reboot",
        "Reboot",
        reboot,
        Kind((Stage("shut down", 5), Stage("boot", 7)), finish_reboot),
        refused=(_NOT_RUNNING,),
    ),
)
