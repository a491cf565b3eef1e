"""How answers write the ids of VMs (assumption A-14)."""

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.tasks import IDS_OF_VMS
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def wire_id(assumed: Assumed, vm_id: int) -> int | str:
    return vm_id if assumed[IDS_OF_VMS] == "numbers" else str(vm_id)


def wire_ids(unit: UnitOfWork) -> list[int | str]:
    """Return the ids of all VMs of the account."""
    return [wire_id(unit.account.assumed, vm_id) for vm_id in vms.ids(unit)]
