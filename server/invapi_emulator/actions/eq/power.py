"""`eq.php`: power on, off, reboot and status (contract 6.3)."""

from invapi_emulator.actions.locks import require_changeable, require_readable
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.contract.assumptions.power import ALREADY_SO, REBOOT_OF_WHAT_IS_OFF
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import (
    VirtualMachine,
    powered_off,
    powered_on,
    rebooted,
    require_off,
    require_on,
)
from invapi_emulator.engine.action import Body, Call, action
from invapi_emulator.engine.tasks.kinds import Outcome, Work, kind
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


@action("eq", "on", OfVm, "6.3", refusal="failed to request on for")
@action("eq", "off", OfVm, "6.3", refusal="failed to request off for")
@action("eq", "hard_off", OfVm, "6.3", refusal="failed to request hard_off for")
def switch_power(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_changeable(call.account.assumed, vm)
    if not call.account.assumed.holds(ALREADY_SO):
        require_off(vm) if call.action == "on" else require_on(vm)
    return {"callback": start_task(unit, call, vm)}


@action("eq", "reboot", OfVm, "6.3", refusal="failed to request reboot for")
def reboot(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_changeable(call.account.assumed, vm)
    if call.account.assumed.holds(REBOOT_OF_WHAT_IS_OFF):
        require_on(vm)
    return {"callback": start_task(unit, call, vm)}


@action("eq", "status", OfVm, "6.3", refusal="failed to request status for")
def status(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_readable(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm)}


@kind(("eq", "on"), [Stage("schedule", 1), Stage("boot", 7)])
def finish_on(unit: UnitOfWork, work: Work) -> Outcome:
    return _changed(unit, work, powered_on(work.vm, work.now))


@kind(("eq", "off"), [Stage("shut down", 5)])
def finish_off(unit: UnitOfWork, work: Work) -> Outcome:
    return _changed(unit, work, powered_off(work.vm, work.now))


@kind(("eq", "hard_off"), [Stage("cut power", 2)])
def finish_hard_off(unit: UnitOfWork, work: Work) -> Outcome:
    return _changed(unit, work, powered_off(work.vm, work.now))


@kind(("eq", "reboot"), [Stage("shut down", 5), Stage("boot", 7)])
def finish_reboot(unit: UnitOfWork, work: Work) -> Outcome:
    if work.vm.power == "off":
        if work.account.assumed.holds(REBOOT_OF_WHAT_IS_OFF):
            require_on(work.vm)
        return _changed(unit, work, powered_on(work.vm, work.now))
    return _changed(unit, work, rebooted(work.vm, work.now))


@kind(("eq", "status"), [Stage("ask", 1)], changes=False)
def finish_status(_unit: UnitOfWork, work: Work) -> Outcome:
    return Outcome(work.vm, _scope(work.vm))


def _changed(unit: UnitOfWork, work: Work, vm: VirtualMachine) -> Outcome:
    if vm != work.vm:
        events.record(unit, work.now, "power", vm=vm.id, power=vm.power, action=work.task.action)
    return Outcome(vm, _scope(vm), f"{vm.engine}: domain {vm.uuid} is {vm.power}")


def _scope(vm: VirtualMachine) -> str:
    return "VM is up now" if vm.power == "on" else "VM is down now"
