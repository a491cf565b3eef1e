"""How `eq.php` describes servers: their status, group, due date and price (contract 6.1, 6.2)."""

from typing import Any, Literal, TypeAlias

from invapi_emulator.actions.server_ids import wire_id
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.descriptions import STATUS_WHILE_OFF
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant, wire_day
from invapi_emulator.domain.virtual_machines import VirtualMachine

ServerStatus: TypeAlias = Literal["rent", "power_off", "presale"]


def status_of(assumed: Assumed, vm: VirtualMachine) -> ServerStatus:
    match vm.phase:
        case "deploying":
            return "presale"
        case "suspended":
            return "power_off"
        case "rented":
            off = vm.power == "off" and assumed[STATUS_WHILE_OFF] == "power_off"
            return "power_off" if off else "rent"


def groups_of(vm: VirtualMachine) -> list[str]:
    return [vm.kind]


def server_row(account: Account, vm: VirtualMachine, due_at: Instant, price: float) -> dict[str, Any]:
    """Return a server as a list with `full=1` has it."""
    return {
        "id": wire_id(account.assumed, vm.id),
        "status": status_of(account.assumed, vm),
        "hostname": vm.hostname,
        "name": vm.hostname,
        "type": vm.kind,
        "IP": vm.ip,
        "location": vm.location,
        "due_date": wire_day(due_at),
        "price_EUR": price,
    }
