"""`eq.php` `groups`: lists the groups that a server belongs to (contract 6.4)."""

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.eq.server_rows import groups_of
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Groups(Part):
    groups: list[str]


def groups(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    return {"groups": groups_of(vms.load(unit, call.params.id))}


_REFUSAL = "failed to request groups for"

ACTION = Action(
    module="eq",
    name="groups",
    label="List groups",
    clause="6.4",
    params=OfVm,
    handler=groups,
    examples=(Example(Groups, {"id": 12345}, {"groups": ["VPS"]}),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample({"id": 99999}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"),
    ),
)
