"""`presets.php` `info`: lists the presets with all that fits them, priced in some currencies (contract 9.2)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import PICO, PresetRow, answered, preset_row
from invapi_emulator.actions.parameters import Parameters
from invapi_emulator.domain.catalogue import Addition, Catalogue, Preset, Prices, is_at
from invapi_emulator.domain.money import Currency
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidParameter
from invapi_emulator.storage.unit_of_work import UnitOfWork

Rows: TypeAlias = list[tuple[Addition, dict[str, Any]]]
"""Additions, each with its row in the answer."""

_CURRENCIES: Mapping[str, Currency] = {"EUR": "EUR", "USD": "USD", "RUB": "RUB", "RUR": "RUB"}
"""The currencies by their codes. RUR is the former code of RUB."""


class OfCurrencies(Parameters):
    currencies: Annotated[str, Field(description="codes of EUR, USD, RUB, RUR, with commas between them")] = (
        "EUR,USD"
    )


class PricedAddition(Part):
    id: int
    name: str
    price: dict[str, float] = Field(description="by currency")


class PresetInfo(PresetRow):
    OS: list[PricedAddition]
    soft: list[PricedAddition]
    traffic_plans: dict[str, list[PricedAddition]] = Field(description="by location")


class PresetsInfo(Part):
    presets: list[PresetInfo]


def info(_unit: UnitOfWork, call: Call[OfCurrencies]) -> Body | Prepared:
    return answered(call, _described, _codes(call.params.currencies))


def _codes(currencies: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in currencies.split(",")))
    if not all(code in _CURRENCIES for code in codes):
        raise InvalidParameter("currencies", "Invalid currency format")
    return codes


def _described(catalogue: Catalogue, codes: tuple[str, ...]) -> Body:
    os, software, plans = (
        _rows(additions, codes) for additions in (catalogue.os, catalogue.software, catalogue.traffic_plans)
    )

    def described(preset: Preset) -> dict[str, Any]:
        own_plans = _of_preset(plans, preset.traffic_plans)
        return preset_row(preset) | {
            "price": {where: _priced(own or preset.monthly, codes) for where, own in preset.prices.items()},
            "OS": _at(_of_preset(os, preset.os), preset.prices),
            "soft": _at(_of_preset(software, preset.software), preset.prices),
            "traffic_plans": {where: _at(own_plans, [where]) for where in preset.prices},
        }

    return {"presets": list(map(described, catalogue.presets))}


def _rows(additions: Iterable[Addition], codes: tuple[str, ...]) -> Rows:
    """Return the active additions with their rows. Every preset that one fits has the same row."""
    return [
        (each, {"id": each.id, "name": each.name, "price": _priced(each.prices, codes)})
        for each in additions
        if each.active
    ]


def _of_preset(rows: Rows, ids: Iterable[int]) -> Rows:
    own = frozenset(ids)
    return [(addition, row) for addition, row in rows if addition.id in own]


def _at(rows: Rows, locations: Iterable[str]) -> list[dict[str, Any]]:
    return [row for addition, row in rows if any(is_at(addition, location) for location in locations)]


def _priced(prices: Prices, codes: Iterable[str]) -> dict[str, float]:
    return {code: float(prices.of(_CURRENCIES[code])) for code in codes}


_FREE = {"EUR": 0.0, "USD": 0.0}
_PICO = PICO | {
    "price": {"NL": {"EUR": 4.0, "USD": 4.4}},
    "OS": [{"id": 187, "name": "Ubuntu 22.04", "price": _FREE}],
    "soft": [{"id": 20, "name": "WordPress", "price": _FREE}],
    "traffic_plans": {"NL": [{"id": 25, "name": "3 TB / 1 Gbps VM", "price": _FREE}]},
}

ACTION = Action(
    module="presets",
    name="info",
    label="Price presets",
    clause="9.2",
    params=OfCurrencies,
    handler=info,
    is_public=True,
    id_is_vm=False,
    examples=(Example(PresetsInfo, {"currencies": "EUR,USD"}, {"presets": [_PICO]}),),
    refusal_examples=(RefusalExample({"currencies": "GBP"}, "invalid_parameter", "Invalid currency format"),),
)
