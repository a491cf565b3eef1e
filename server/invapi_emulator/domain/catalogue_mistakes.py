"""What is wrong with a catalogue: ids that stand twice, references that lead nowhere, prices that are none."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from invapi_emulator.domain.catalogue import Catalogue, Numbered, Preset, Prices, numbered

HIGHEST_PRICE = Decimal("99999999.99")
MOST_PLACES = 2
MOST_ADDITIONS = 20_000
"""Maximum number of pairs of a preset and an addition that fits it, counted at each of its locations for traffic plans."""


class Mistake(Struct, frozen=True):
    """A contradiction: its place in the catalogue, as `presets.0.os.1`, the value there, and what is accepted."""

    place: str
    value: Any
    accepted: str


def first_mistake(catalogue: Catalogue) -> Mistake | None:
    return next(_mistakes(catalogue), None)


def _mistakes(catalogue: Catalogue) -> Iterator[Mistake]:
    for part in ("groups", "presets", "os", "software", "traffic_plans", "stock"):
        yield from _twice(part, "id", [thing.id for thing in getattr(catalogue, part)])
    yield from _twice("presets", "name", [preset.name for preset in catalogue.presets])
    yield from _prices(catalogue)
    for number, preset in enumerate(catalogue.presets):
        yield from _of_preset(catalogue, preset, f"presets.{number}")
    for number, plan in enumerate(catalogue.traffic_plans):
        if not plan.locations:
            yield Mistake(f"traffic_plans.{number}.locations", [], "expected at least one location")
    yield from _of_stock(catalogue)
    additions = sum(map(_additions_of, catalogue.presets))
    if additions > MOST_ADDITIONS:
        yield Mistake(
            "presets",
            f"{additions} additions",
            f"at most {MOST_ADDITIONS} are allowed, of all presets together",
        )


def _twice(part: str, field: str, values: Sequence[object]) -> Iterator[Mistake]:
    seen = set[object]()
    for number, value in enumerate(values):
        if value in seen:
            yield Mistake(f"{part}.{number}.{field}", value, f"another one of {part} has this {field}")
        seen.add(value)


def _of_preset(catalogue: Catalogue, preset: Preset, place: str) -> Iterator[Mistake]:
    if numbered(catalogue.groups, preset.group) is None:
        yield Mistake(f"{place}.group", preset.group, "expected the id of one of groups")
    if not preset.prices:
        yield Mistake(f"{place}.prices", {}, "expected at least one location")
    yield from _unknown(f"{place}.os", preset.os, catalogue.os, "os")
    yield from _unknown(f"{place}.software", preset.software, catalogue.software, "software")
    yield from _unknown(
        f"{place}.traffic_plans", preset.traffic_plans, catalogue.traffic_plans, "traffic_plans"
    )


def _unknown(place: str, ids: Sequence[int], there: Iterable[Numbered], part: str) -> Iterator[Mistake]:
    known = {thing.id for thing in there}
    for number, id_ in enumerate(ids):
        if id_ not in known:
            yield Mistake(f"{place}.{number}", id_, f"expected the id of one of {part}")


def _of_stock(catalogue: Catalogue) -> Iterator[Mistake]:
    for number, server in enumerate(catalogue.stock):
        preset = numbered(catalogue.presets, server.preset)
        if preset is None or preset.virtual:
            accepted = "expected the id of one of presets with virtual false"
            yield Mistake(f"stock.{number}.preset", server.preset, accepted)
        elif server.location not in preset.prices:
            accepted = f"expected a location of its preset: {', '.join(preset.prices)}"
            yield Mistake(f"stock.{number}.location", server.location, accepted)


def _prices(catalogue: Catalogue) -> Iterator[Mistake]:
    for part in ("os", "software", "traffic_plans", "stock"):
        for number, thing in enumerate(getattr(catalogue, part)):
            yield from _wrong(f"{part}.{number}.prices", thing.prices)
    for number, preset in enumerate(catalogue.presets):
        yield from _wrong(f"presets.{number}.monthly", preset.monthly)
        for location, prices in preset.prices.items():
            if prices is not None:
                yield from _wrong(f"presets.{number}.prices.{location}", prices)


def _wrong(place: str, prices: Prices) -> Iterator[Mistake]:
    for currency in prices.__struct_fields__:
        price: Decimal = getattr(prices, currency)
        if not price.is_finite() or not 0 <= price <= HIGHEST_PRICE or _places(price) > MOST_PLACES:
            accepted = f"expected 0 to {HIGHEST_PRICE}, with at most two places"
            yield Mistake(f"{place}.{currency}", str(price), accepted)


def _places(price: Decimal) -> int:
    """Return the number of decimal places. This asks no context, whose precision may be anything in a guest's process."""
    exponent = price.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _additions_of(preset: Preset) -> int:
    return len(preset.os) + len(preset.software) + len(preset.traffic_plans) * len(preset.prices)
