"""What an order may be of, and what it costs (contract 11.1). Refusals come in the order preset, location, OS, software, plan, stock."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from invapi_emulator.domain.catalogue import (
    Addition,
    Catalogue,
    OperatingSystem,
    Preset,
    Software,
    TrafficPlan,
    fits,
    is_sold,
    numbered,
    preset_named,
    price_at,
)
from invapi_emulator.domain.money import Cents, Currency, cents
from invapi_emulator.domain.orders import Period, price_of_period
from invapi_emulator.errors import InvalidParameter, NotCompatible, NotInCatalogue, OutOfStock

A = TypeVar("A", OperatingSystem, Software, TrafficPlan)

_WORDS: dict[type[Addition], str] = {
    OperatingSystem: "OS",
    Software: "software",
    TrafficPlan: "traffic plan",
}


class Configuration(Struct, frozen=True):
    """What is ordered. Without an `os` the customer installs an own one."""

    preset: Preset
    location: str
    os: OperatingSystem | None
    software: Software | None
    plan: TrafficPlan | None

    @property
    def additions(self) -> Sequence[Addition]:
        return [each for each in (self.os, self.software, self.plan) if each is not None]

    def price(self, currency: Currency, period: Period) -> Cents:
        """Return what a period costs."""
        preset = price_at(self.preset, self.location, currency)
        assert preset is not None, "a configuration is sold at its location"
        monthly = cents(preset) + sum(cents(each.prices.of(currency)) for each in self.additions)
        return price_of_period(monthly, period)


def sold_preset(catalogue: Catalogue, wanted: str) -> Preset:
    """Return the preset with this id or name; raise NotInCatalogue."""
    found = numbered(catalogue.presets, int(wanted)) if _is_number(wanted) else None
    found = found or preset_named(catalogue, wanted)
    if found is None or not found.active:
        raise NotInCatalogue(f"Invalid preset {wanted}")
    return found


def require_location(catalogue: Catalogue, preset: Preset, location: str) -> None:
    if is_sold(preset, location):
        return
    if any(location in each.prices for each in catalogue.presets):
        raise NotCompatible(f"preset {preset.name} is not compatible with location {location}")
    raise NotInCatalogue(f"Invalid location {location}")


def chosen(
    things: Sequence[A], number: int | None, name: str | None, parameter: str, kind: type[A]
) -> A | None:
    """Return what an id and a name choose, None if neither is given.

    Raise InvalidParameter if they disagree, NotInCatalogue if there is no such thing.
    """
    if number is None and not name:
        return None
    found = _by_name(things, name) if number is None else numbered(things, number)
    if found is None or not found.active:
        raise NotInCatalogue(f"{_WORDS[kind]} {name if number is None else number} not found")
    if name and found.name != name:
        raise InvalidParameter(
            parameter, f"invalid parameter {parameter}: the id {number} is that of {found.name!r}"
        )
    return found


def require_fit(addition: Addition, preset: Preset, location: str, period: Period, of: str) -> None:
    """Raise NotCompatible unless a server of this preset can have an addition. `of` names the server or the preset."""
    hourly = period != "hourly" or isinstance(addition, TrafficPlan) or addition.hourly
    if fits(addition, preset, location) and hourly:
        return
    if isinstance(addition, TrafficPlan):
        raise NotCompatible("traffic plan is not compatible")
    raise NotCompatible(f"{_WORDS[type(addition)]} {addition.id} is not compatible with {of}")


def wanted_plan(
    catalogue: Catalogue, preset: Preset, location: str, wanted: str | None
) -> TrafficPlan | None:
    """Return the traffic plan with this id or name; without one, that which the preset comes with at the location."""
    if wanted is not None:
        found = numbered(catalogue.traffic_plans, int(wanted)) if _is_number(wanted) else None
        named = (plan for plan in catalogue.traffic_plans if plan.name == wanted)
        found = found or next((plan for plan in named if fits(plan, preset, location)), None)
        if found is None or not found.active:
            raise NotInCatalogue(f"traffic plan {wanted} not found")
        return found
    offered = [plan for plan in catalogue.traffic_plans if plan.active and fits(plan, preset, location)]
    return next((plan for plan in offered if plan.main), offered[0] if offered else None)


def require_stock(catalogue: Catalogue, preset: Preset, location: str) -> None:
    """Raise OutOfStock if the catalogue lists the servers of a preset at a location, and none is free."""
    there = [each for each in catalogue.stock if each.preset == preset.id and each.location == location]
    if there and not any(each.free for each in there):
        raise OutOfStock(f"{preset.name} is out of stock at {location}")


def _by_name(things: Sequence[A], name: str | None) -> A | None:
    return next((thing for thing in things if thing.name == name), None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(2**63))
