"""Answers that say what a catalogue has. Those about the server's own are built once for each question."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeAlias, TypeVar

import orjson

from invapi_emulator.actions.answers import Part
from invapi_emulator.domain.catalogue import Catalogue, Preset, Prices, Tag
from invapi_emulator.domain.default_catalogue import catalogue_of, default_catalogue
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.process.remembered import remembered

A = TypeVar("A", bound=Hashable)
Make: TypeAlias = Callable[[Catalogue, A], Body]

_REMEMBERED = 64
"""Number of answers about the server's own catalogue that are kept."""


class CatalogueTag(Part):
    tag: str
    value: str
    extra: str


class PresetRow(Part):
    id: int
    name: str
    virtual: int
    active: int
    locations: str
    location: str
    description: str
    server_type: str
    cpu: int
    ram: int
    hdd: str
    gpu: str
    cpu_name: str
    cpu_ghz: float
    disk_type: str
    monthly_com: float
    monthly_usd: float
    monthly_ru: float
    price: dict[str, dict[str, float]]
    tags: list[CatalogueTag]


def answered(call: Call[Any], make: Make[A], asked: A) -> Body | Prepared:
    """Return what `make` answers from the caller's catalogue. Raise what it raises."""
    catalogue = catalogue_of(call.caller)
    if catalogue is not default_catalogue():
        return make(catalogue, asked)
    return _of_default(call.module, call.action, make, asked)


@remembered(_REMEMBERED)
def _of_default(module: str, action: str, make: Make[Any], asked: Hashable) -> Prepared:
    body = orjson.dumps(ACTIONS[module, action].whole(make(default_catalogue(), asked)))
    return Prepared(body, body.decode())


def preset_row(preset: Preset, location: str | None = None) -> dict[str, Any]:
    """Return a preset as lists have it, asked for at a location. Where it has no price of its own, that is -1."""
    plain = (
        "id",
        "name",
        "description",
        "server_type",
        "cpu",
        "ram",
        "hdd",
        "gpu",
        "cpu_name",
        "cpu_ghz",
        "disk_type",
    )
    return {
        **{name: getattr(preset, name) for name in plain},
        "virtual": int(preset.virtual),
        "active": int(preset.active),
        "locations": ",".join(preset.prices),
        "location": location or next(iter(preset.prices)),
        "monthly_com": float(preset.monthly.EUR),
        "monthly_usd": float(preset.monthly.USD),
        "monthly_ru": float(preset.monthly.RUB),
        "price": {where: _in_list(prices) for where, prices in preset.prices.items()},
        "tags": tag_rows(preset.tags),
    }


def tag_rows(tags: Iterable[Tag]) -> list[dict[str, str]]:
    return [{"tag": tag.tag, "value": tag.value, "extra": tag.extra} for tag in tags]


def _in_list(prices: Prices | None) -> dict[str, float]:
    if prices is None:
        return {"EUR": -1.0, "USD": -1.0, "RUR": -1.0}
    return {"EUR": float(prices.EUR), "USD": float(prices.USD), "RUR": float(prices.RUB)}


PICO: dict[str, Any] = {
    "id": 108,
    "name": "vm.pico",
    "description": "VPS 1/1/15 SSD",
    "server_type": "Virtual Private Server",
    "cpu": 1,
    "ram": 1,
    "hdd": "1x15",
    "gpu": "",
    "cpu_name": "",
    "cpu_ghz": 0.0,
    "disk_type": "SSD",
    "virtual": 1,
    "active": 1,
    "locations": "NL",
    "location": "NL",
    "monthly_com": 4.0,
    "monthly_usd": 4.4,
    "monthly_ru": 400.0,
    "price": {"NL": {"EUR": 4.0, "USD": 4.4, "RUR": 400.0}},
    "tags": [{"tag": "vm", "value": "true", "extra": ""}],
}
"""A preset of the default catalogue, for examples."""
