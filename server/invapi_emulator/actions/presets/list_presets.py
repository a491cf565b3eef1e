"""`presets.php` `list`: lists the presets that are sold (contract 9.1)."""

from typing import Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.catalogue_answers import PICO, PresetRow, answered, preset_row
from invapi_emulator.actions.catalogue_parameters import Location
from invapi_emulator.actions.parameters import Parameters, Words
from invapi_emulator.domain.catalogue import Catalogue, Preset, is_sold
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example
from invapi_emulator.storage.unit_of_work import UnitOfWork


class PresetFilter(Parameters):
    """Each field narrows the list.

    `tag` is the name of one of its tags; `servertype` its server type, or its name up to the first dot; `filter` a
    part of its name or description, in any case.
    """

    location: Location | None = None
    tag: Words | None = None
    servertype: Words | None = None
    filter: Words | None = None


class Presets(Part):
    result: Literal["OK"]
    action: Literal["list"]
    presets: list[PresetRow] = Field(description="`price` by location; -1 where the `monthly_…` holds")


def list_presets(_unit: UnitOfWork, call: Call[PresetFilter]) -> Body | Prepared:
    return answered(call, _listed, call.params)


def _listed(catalogue: Catalogue, asked: PresetFilter) -> Body:
    rows = [preset_row(preset, asked.location) for preset in catalogue.presets if _is_wanted(preset, asked)]
    return {"result": "OK", "action": "list", "presets": rows}


def _is_wanted(preset: Preset, asked: PresetFilter) -> bool:
    words = f"{preset.name}\n{preset.description}".lower()
    return (
        is_sold(preset, asked.location)
        and asked.tag in (None, *(tag.tag for tag in preset.tags))
        and asked.servertype in (None, preset.server_type, preset.name.partition(".")[0])
        and (asked.filter is None or asked.filter.lower() in words)
    )


ACTION = Action(
    module="presets",
    name="list",
    label="List presets",
    clause="9.1",
    params=PresetFilter,
    handler=list_presets,
    is_public=True,
    id_is_vm=False,
    examples=(Example(Presets, {"location": "NL"}, {"result": "OK", "action": "list", "presets": [PICO]}),),
    refusal_examples=(invalid_token(),),
)
