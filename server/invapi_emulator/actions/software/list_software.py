"""`software.php` `list`: lists software (contract 9.3)."""

from typing import Any

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import CatalogueTag, answered, tag_rows
from invapi_emulator.actions.catalogue_parameters import OfPreset, Wanted, wanted_by
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import NotInCatalogue
from invapi_emulator.storage.unit_of_work import UnitOfWork


class SoftwareRow(Part):
    id: int
    name: str
    active: int
    price: float
    tags: list[CatalogueTag]


class SoftwareList(Part):
    software: list[SoftwareRow]
    debug: list[str]


def list_software(unit: UnitOfWork, call: Call[OfPreset]) -> Body | Prepared:
    params = call.params
    wanted = wanted_by(unit, call.caller, params, params.instance_id, hourly=params.bill_period == "hourly")
    return answered(call, _listed, wanted)


def _listed(catalogue: Catalogue, wanted: Wanted) -> Body:
    rows: list[dict[str, Any]] = [
        {
            "id": software.id,
            "name": software.name,
            "active": int(software.active),
            "price": float(software.prices.EUR),
            "tags": tag_rows(software.tags),
        }
        for software in catalogue.software
        if wanted.fits(software, catalogue) and (software.hourly or not wanted.hourly)
    ]
    if not rows:
        raise NotInCatalogue("soft/list: no software found")
    return {"software": rows, "debug": []}


_WORDPRESS = {
    "id": 20,
    "name": "WordPress",
    "active": 1,
    "price": 0.0,
    "tags": [{"tag": "os", "value": "linux", "extra": ""}],
}

ACTION = Action(
    module="software",
    name="list",
    label="List software",
    clause="9.3",
    params=OfPreset,
    handler=list_software,
    is_public=True,
    examples=(
        Example(
            SoftwareList, {"instance_id": 108, "location": "NL"}, {"software": [_WORDPRESS], "debug": []}
        ),
    ),
    refusal_examples=(
        RefusalExample({"instance_id": 279}, "not_in_catalogue", "soft/list: no software found"),
    ),
    ignored={"user_location": "accepted and ignored: no known client sends it (9.3)"},
)
