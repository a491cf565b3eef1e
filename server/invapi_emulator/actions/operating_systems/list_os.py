"""`os.php` `list`: lists operating systems (contract 9.3)."""

from typing import Any, Literal

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import CatalogueTag, answered, tag_rows
from invapi_emulator.actions.catalogue_parameters import OfPreset, Wanted, wanted_by
from invapi_emulator.domain.catalogue import Catalogue, OperatingSystem
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import NotInCatalogue
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OsRow(Part):
    id: int
    name: str
    active: int
    tags: list[CatalogueTag]
    price_EUR: float  # noqa: N815 - its name on the wire
    price_RUB: float  # noqa: N815 - as above
    location: str
    billing_plan: Literal["monthly", "hourly"]
    cores: int
    ram: int
    hdd: int
    bm: int
    vds: int
    gpu: int


class OsList(Part):
    os_list: list[OsRow]
    os_excluded: list[OsRow]


def list_os(unit: UnitOfWork, call: Call[OfPreset]) -> Body | Prepared:
    params = call.params
    wanted = wanted_by(unit, call.caller, params, params.instance_id, hourly=params.bill_period == "hourly")
    return answered(call, _listed, wanted)


def _listed(catalogue: Catalogue, wanted: Wanted) -> Body:
    found = [os for os in catalogue.os if wanted.fits(os, catalogue) and (os.hourly or not wanted.hourly)]
    if not found:
        raise NotInCatalogue("os/list: no OS found")
    return {"os_list": [_row(os, wanted) for os in found], "os_excluded": []}


def _row(os: OperatingSystem, wanted: Wanted) -> dict[str, Any]:
    return {
        "id": os.id,
        "name": os.name,
        "active": int(os.active),
        "tags": tag_rows(os.tags),
        "price_EUR": float(os.prices.EUR),
        "price_RUB": float(os.prices.RUB),
        "location": wanted.location or ",".join(os.locations),
        "billing_plan": "hourly" if wanted.hourly else "monthly",
        "cores": os.cores,
        "ram": os.ram,
        "hdd": os.hdd,
        "bm": int(os.bm),
        "vds": int(os.vds),
        "gpu": int(os.gpu),
    }


_UBUNTU = {
    "id": 187,
    "name": "Ubuntu 22.04",
    "active": 1,
    "tags": [{"tag": "vm", "value": "true", "extra": ""}],
    "price_EUR": 0.0,
    "price_RUB": 0.0,
    "location": "NL",
    "billing_plan": "monthly",
    "cores": 1,
    "ram": 1024,
    "hdd": 10,
    "bm": 1,
    "vds": 1,
    "gpu": 1,
}

ACTION = Action(
    module="os",
    name="list",
    label="List operating systems",
    clause="9.3",
    params=OfPreset,
    handler=list_os,
    is_public=True,
    examples=(
        Example(OsList, {"instance_id": 108, "location": "NL"}, {"os_list": [_UBUNTU], "os_excluded": []}),
    ),
    refusal_examples=(RefusalExample({"instance_id": 279}, "not_in_catalogue", "os/list: no OS found"),),
    ignored={"user_location": "accepted and ignored: no known client sends it (9.3)"},
)
