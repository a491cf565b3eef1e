"""A catalogue: what can be ordered where, its prices, and what fits what (contract 9)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

import msgspec.json
from msgspec import Struct

from invapi_emulator.domain.money import Currency


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a catalogue. It is written as it is described in docs/reference/worlds.md."""


class Prices(Part, frozen=True):
    """A price in each currency, exact to the cent."""

    EUR: Decimal
    USD: Decimal
    RUB: Decimal

    def of(self, currency: Currency) -> Decimal:
        price: Decimal = getattr(self, currency)
        return price


class Tag(Part, frozen=True):
    tag: str
    value: str = ""
    extra: str = ""


class Group(Part, frozen=True):
    id: int
    name: str
    description: str = ""


class Preset(Part, frozen=True):
    """A configuration that is sold. `ram` is in GiB.

    `prices` are a month's by location. Where one is None, `monthly` holds. `os`, `software` and `traffic_plans` are
    the ids of those that fit it.
    """

    id: int
    name: str
    group: int
    server_type: str
    virtual: bool
    cpu: int
    ram: int
    hdd: str
    monthly: Prices
    prices: dict[str, Prices | None]
    os: tuple[int, ...]
    traffic_plans: tuple[int, ...]
    software: tuple[int, ...] = ()
    active: bool = True
    description: str = ""
    gpu: str = ""
    cpu_name: str = ""
    cpu_ghz: float = 0.0
    disk_type: str = ""
    tags: tuple[Tag, ...] = ()


class OperatingSystem(Part, frozen=True):
    """An operating system. Without `locations` it can be had everywhere.

    `cores`, `ram` (MiB) and `hdd` (GiB) are what it needs. `bm`, `vds` and `gpu` tell what it runs on.
    """

    id: int
    name: str
    prices: Prices
    active: bool = True
    locations: tuple[str, ...] = ()
    hourly: bool = True
    cores: int = 1
    ram: int = 1024
    hdd: int = 10
    bm: bool = True
    vds: bool = True
    gpu: bool = True
    tags: tuple[Tag, ...] = ()


class Software(Part, frozen=True):
    """Software that is installed with a server. Without `locations` it can be had everywhere."""

    id: int
    name: str
    prices: Prices
    active: bool = True
    locations: tuple[str, ...] = ()
    hourly: bool = True
    tags: tuple[Tag, ...] = ()


class TrafficPlan(Part, frozen=True):
    """A traffic plan. Limits are in GB a month (-1: none), rates and bandwidth in Mbit/s.

    Its price is told in `currency`. `main` is the plan that presets come with.
    """

    id: int
    name: str
    prices: Prices
    locations: tuple[str, ...]
    currency: Currency = "EUR"
    active: bool = True
    limit_in: int = -1
    limit_out: int = -1
    rate_in: int = 1000
    rate_out: int = 1000
    bandwidth: int = 1000
    web: bool = False
    main: bool = False


class StockServer(Part, frozen=True):
    """A dedicated server in stock, of a preset. `ram` and `disk` are in GB, `created_at` is ISO 8601."""

    id: int
    name: str
    preset: int
    location: str
    group: str
    prices: Prices
    cpu: str
    ram: int
    disk: int
    created_at: str
    free: bool = True
    server_group: str = "Dedicated Server"
    tags: tuple[Tag, ...] = ()


class Catalogue(Part, frozen=True):
    groups: tuple[Group, ...]
    presets: tuple[Preset, ...]
    os: tuple[OperatingSystem, ...]
    traffic_plans: tuple[TrafficPlan, ...]
    software: tuple[Software, ...] = ()
    stock: tuple[StockServer, ...] = ()

    @property
    def size(self) -> int:
        """The number of values that it counts as: each thing is one, and each kilobyte of all that they say."""
        parts = (self.groups, self.presets, self.os, self.traffic_plans, self.software, self.stock)
        return sum(map(len, parts)) + len(msgspec.json.encode(self)) // 1_000


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


N = TypeVar("N", bound=Numbered)

Addition: TypeAlias = OperatingSystem | Software | TrafficPlan
"""What a server is ordered with."""


def numbered(things: Iterable[N], number: int) -> N | None:
    """Return the one with this id, or None."""
    return next((thing for thing in things if thing.id == number), None)


def preset_named(catalogue: Catalogue, name: str) -> Preset | None:
    return next((preset for preset in catalogue.presets if preset.name == name), None)


def is_sold(preset: Preset, location: str | None) -> bool:
    """Tell whether a preset is sold at a location; None stands for any."""
    return location is None or location in preset.prices


def is_at(addition: Addition, location: str | None) -> bool:
    """Tell whether an addition can be had at a location; None stands for any."""
    return location is None or not addition.locations or location in addition.locations


def fits(addition: Addition, preset: Preset, location: str) -> bool:
    """Tell whether a server of this preset at this location can be ordered with an addition."""
    return (
        is_sold(preset, location) and addition.id in _fitting(addition, preset) and is_at(addition, location)
    )


def price_at(preset: Preset, location: str, currency: Currency) -> Decimal | None:
    """Return a month's price of a preset; None where it is not sold."""
    if not is_sold(preset, location):
        return None
    return (preset.prices[location] or preset.monthly).of(currency)


def price_in_eur(catalogue: Catalogue, preset: str, location: str) -> Decimal | None:
    """Return a month's price of the preset with this name, in EUR; None if it is not sold there."""
    found = preset_named(catalogue, preset)
    return None if found is None else price_at(found, location, "EUR")


def _fitting(addition: Addition, preset: Preset) -> tuple[int, ...]:
    match addition:
        case OperatingSystem():
            return preset.os
        case Software():
            return preset.software
        case TrafficPlan():
            return preset.traffic_plans
