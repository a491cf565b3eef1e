"""`presets.php` `info`: lists the presets with all that fits them, priced in some currencies (contract 9.2)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import PICO, PresetRow, answered, preset_row
from invapi_emulator.actions.parameters import Parameters
from invapi_emulator.domain.catalogue import Addition, Catalogue, Preset, Prices, fits
from invapi_emulator.domain.money import Currency
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidParameter
from invapi_emulator.storage.unit_of_work import UnitOfWork

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
    return {"presets": [_row(catalogue, preset, codes) for preset in catalogue.presets]}


def _row(catalogue: Catalogue, preset: Preset, codes: tuple[str, ...]) -> dict[str, Any]:
    def fitting(additions: Iterable[Addition], *locations: str) -> list[dict[str, Any]]:
        return [
            {"id": addition.id, "name": addition.name, "price": _priced(addition.prices, codes)}
            for addition in additions
            if addition.active and any(fits(addition, preset, location) for location in locations)
        ]

    return preset_row(preset) | {
        "price": {where: _priced(own or preset.monthly, codes) for where, own in preset.prices.items()},
        "OS": fitting(catalogue.os, *preset.prices),
        "soft": fitting(catalogue.software, *preset.prices),
        "traffic_plans": {where: fitting(catalogue.traffic_plans, where) for where in preset.prices},
    }


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
