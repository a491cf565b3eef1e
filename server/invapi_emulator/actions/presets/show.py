"""`presets.php` `show`: describes a preset (contract 9.2)."""

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import PICO, PresetRow, answered, preset_row
from invapi_emulator.actions.catalogue_parameters import CatalogueId
from invapi_emulator.actions.parameters import Parameters, Words
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidParameter, NotInCatalogue
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OfOnePreset(Parameters):
    """A preset by its id or its name. If both are sent, both must be its own."""

    id: CatalogueId | None = None
    name: Words | None = None


class OnePreset(Part):
    preset: PresetRow


def show(_unit: UnitOfWork, call: Call[OfOnePreset]) -> Body | Prepared:
    if call.params.id is None and call.params.name is None:
        raise InvalidParameter("id", "invalid parameter id: it is missing; send id, or name")
    return answered(call, _shown, call.params)


def _shown(catalogue: Catalogue, asked: OfOnePreset) -> Body:
    for preset in catalogue.presets:
        if asked.id in (None, preset.id) and asked.name in (None, preset.name):
            return {"preset": preset_row(preset)}
    raise NotInCatalogue(f"Invalid preset {asked.name if asked.id is None else asked.id}")


ACTION = Action(
    module="presets",
    name="show",
    label="Show preset",
    clause="9.2",
    params=OfOnePreset,
    handler=show,
    is_public=True,
    id_is_vm=False,
    examples=(Example(OnePreset, {"id": 108}, {"preset": PICO}),),
    refusal_examples=(RefusalExample({"id": 279}, "not_in_catalogue", "Invalid preset 279"),),
)
