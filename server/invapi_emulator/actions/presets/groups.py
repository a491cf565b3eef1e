"""`presets.php` `groups`: lists the groups of presets (contract 9.2)."""

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import answered
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example
from invapi_emulator.storage.unit_of_work import UnitOfWork


class GroupRow(Part):
    id: int
    name: str
    count: int
    description: str


class PresetGroups(Part):
    groups: list[GroupRow]


def groups(_unit: UnitOfWork, call: Call[NoParameters]) -> Body | Prepared:
    return answered(call, _listed, None)


def _listed(catalogue: Catalogue, _asked: None) -> Body:
    rows = [
        {
            "id": group.id,
            "name": group.name,
            "count": sum(preset.group == group.id for preset in catalogue.presets),
            "description": group.description,
        }
        for group in catalogue.groups
    ]
    return {"groups": rows}


_VPS = {"id": 1, "name": "VPS", "count": 5, "description": "Virtual private servers"}

ACTION = Action(
    module="presets",
    name="groups",
    label="List groups of presets",
    clause="9.2",
    params=NoParameters,
    handler=groups,
    is_public=True,
    id_is_vm=False,
    examples=(Example(PresetGroups, {}, {"groups": [_VPS]}),),
)
