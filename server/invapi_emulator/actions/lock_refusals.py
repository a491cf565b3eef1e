"""Refusals while a changing task locks the VM (contract 4.12, assumptions A-21, A-28)."""

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.tasks import READING_WHILE_LOCKED, SECOND_CHANGE
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_unlocked


def require_changeable(assumed: Assumed, vm: VirtualMachine) -> None:
    if assumed[SECOND_CHANGE] == "refused":
        require_unlocked(vm)


def require_readable(assumed: Assumed, vm: VirtualMachine) -> None:
    if assumed[READING_WHILE_LOCKED] == "refused":
        require_unlocked(vm)
