"""Refusals while a changing task locks the VM (contract 4.12, assumptions A-21, A-28)."""

from invapi_emulator.contract.assumptions.tasks import READING_WHILE_LOCKED, SECOND_CHANGE
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.errors import NotSupported, VmLocked
from invapi_emulator.storage import tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork


def require_changeable(unit: UnitOfWork, vm: VirtualMachine) -> None:
    if unit.account.assumed[SECOND_CHANGE] == "refused":
        require_unlocked(unit, vm)


def require_readable(unit: UnitOfWork, vm: VirtualMachine) -> None:
    if unit.account.assumed[READING_WHILE_LOCKED] == "refused":
        require_unlocked(unit, vm)


def require_in_use(vm: VirtualMachine) -> None:
    """Refuse a server that is suspended (contract 11.7, assumption A-45)."""
    if vm.phase == "suspended":
        raise NotSupported("the server is suspended until its rent is paid")


def require_unlocked(unit: UnitOfWork, vm: VirtualMachine) -> None:
    """Refuse a VM that a task locks. The text names its action; its key is its caller's."""
    if vm.locked_by is not None:
        task = tasks.by_key(unit, vm.locked_by)
        raise VmLocked(f"the VM is locked: {task.action if task else 'another task'} has not ended")
