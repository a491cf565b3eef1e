"""How answers write the id of a VM (assumption A-14)."""

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.tasks import IDS_OF_VMS


def wire_id(assumed: Assumed, vm_id: int) -> int | str:
    return vm_id if assumed.holds(IDS_OF_VMS) else str(vm_id)
