"""`presets.php` `search`: lists the servers that a preset can be had as (contract 9.2)."""

from typing import Annotated, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import answered
from invapi_emulator.actions.catalogue_parameters import Location
from invapi_emulator.actions.parameters import Parameters, Words
from invapi_emulator.domain.catalogue import Catalogue, preset_named
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import NotInCatalogue
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OfSearch(Parameters):
    name: Words
    scope: Annotated[Literal["free", "all"], Field(description="free or all")] = "free"
    location: Location | None = None


class FoundServer(Part):
    id: int
    location: str


class FoundServers(Part):
    servers: list[FoundServer] = Field(
        description="those in stock; of a virtual preset, the preset at each of its locations"
    )


def search(_unit: UnitOfWork, call: Call[OfSearch]) -> Body | Prepared:
    return answered(call, _found, call.params)


def _found(catalogue: Catalogue, asked: OfSearch) -> Body:
    preset = preset_named(catalogue, asked.name)
    if preset is None:
        raise NotInCatalogue(f"Invalid preset {asked.name}")
    if preset.virtual:
        there = [(preset.id, location) for location in preset.prices]
    else:
        stock = [server for server in catalogue.stock if server.preset == preset.id]
        there = [(server.id, server.location) for server in stock if server.free or asked.scope == "all"]
    wanted = [(id_, location) for id_, location in there if asked.location in (None, location)]
    return {"servers": [{"id": id_, "location": location} for id_, location in wanted]}


ACTION = Action(
    module="presets",
    name="search",
    label="Search servers of a preset",
    clause="9.2",
    params=OfSearch,
    handler=search,
    is_public=True,
    id_is_vm=False,
    examples=(
        Example(FoundServers, {"name": "bm.v2-promo"}, {"servers": [{"id": 70101, "location": "NL"}]}),
    ),
    refusal_examples=(
        RefusalExample({"name": "vm.nothing"}, "not_in_catalogue", "Invalid preset vm.nothing"),
    ),
)
