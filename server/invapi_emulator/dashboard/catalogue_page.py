"""An account's catalogue as the page shows it: what is sold, what it costs, and what fits it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.frame import frame_of
from invapi_emulator.dashboard.paging import Part, at_most, part_of_list
from invapi_emulator.domain.catalogue import (
    Addition,
    Catalogue,
    Numbered,
    Preset,
    is_at,
    is_sold,
    price_at,
)
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.money import Currency

N = TypeVar("N", bound=Numbered)

CURRENCY: Currency = "EUR"
"""The currency of the prices that the page shows."""


MOST_PRESETS = 50
MOST_IN_STOCK = 100
"""Maximum number of presets, and of servers in stock, on one page."""

MOST_NAMES = 20
"""Maximum number of names in a line. The line says how many more there are."""


@dataclass(frozen=True)
class Search:
    """What a person looks for: words that all occur in a row, in any case, and a location. Empty means anything.

    `preset` and `server` are the places in the lists found, from 1, that the parts shown begin with.
    """

    words: str = ""
    location: str = ""
    preset: int = 0
    server: int = 0

    @cached_property
    def wanted(self) -> frozenset[str]:
        return frozenset(self.words.lower().split())

    def finds(self, *texts: object) -> bool:
        return self.wanted_in(*texts) == self.wanted

    def wanted_in(self, *texts: object) -> frozenset[str]:
        """Return those of the words that these texts have."""
        row = " ".join(map(str, texts)).lower()
        return frozenset(word for word in self.wanted if word in row)


@dataclass(frozen=True, slots=True)
class PresetLine:
    """A preset with its prices by location, and the names of what fits it."""

    preset: Preset
    prices: list[tuple[str, Decimal | None]]
    os: Sequence[str]
    software: Sequence[str]
    traffic_plans: Sequence[str]


def gather_catalogue(context: AccountContext, search: Search) -> dict[str, Any]:
    """Return the values for the template."""
    catalogue, where = catalogue_of(context.account), search.location or None
    part = part_of_list(_presets(catalogue, search), search.preset, MOST_PRESETS)
    lines = [_line(catalogue, preset) for preset in part.rows]
    stock = [
        server
        for server in catalogue.stock
        if where in (None, server.location)
        and search.finds(server.id, server.name, server.group, server.cpu, server.location)
    ]
    return frame_of(context) | {
        "search": search,
        "own": context.account.catalogue is not None,
        "locations": sorted({location for preset in catalogue.presets for location in preset.prices}),
        "presets": Part(lines, part.before, part.after, part.total, part.start),
        "systems": _additions(catalogue.os, search),
        "software": _additions(catalogue.software, search),
        "traffic_plans": _additions(catalogue.traffic_plans, search),
        "stock": part_of_list(stock, search.server, MOST_IN_STOCK),
    }


def _line(catalogue: Catalogue, preset: Preset) -> PresetLine:
    return PresetLine(
        preset,
        [(location, price_at(preset, location, CURRENCY)) for location in preset.prices],
        os=_names(catalogue.os, preset.os),
        software=_names(catalogue.software, preset.software),
        traffic_plans=_names(catalogue.traffic_plans, preset.traffic_plans),
    )


def _names(there: Iterable[Addition], ids: Iterable[int]) -> tuple[str, ...]:
    wanted = set(ids)
    return at_most([addition.name for addition in there if addition.id in wanted], MOST_NAMES)


def _presets(catalogue: Catalogue, search: Search) -> list[Preset]:
    """Return the presets found. The words may be in the names of what fits them, each of which is searched once."""
    os, software, plans = (
        {addition.id: search.wanted_in(addition.name) for addition in there}
        for there in (catalogue.os, catalogue.software, catalogue.traffic_plans)
    )

    def is_found(preset: Preset) -> bool:
        own = search.wanted_in(preset.id, preset.name, preset.server_type, preset.description, preset.gpu)
        fitting = ((os, preset.os), (software, preset.software), (plans, preset.traffic_plans))
        return (
            own.union(*(there[id_] for there, ids in fitting for id_ in ids if id_ in there)) == search.wanted
        )

    sold = (preset for preset in catalogue.presets if is_sold(preset, search.location or None))
    return [preset for preset in sold if is_found(preset)]


def _additions(there: Iterable[Any], search: Search) -> list[Any]:
    at_place = [addition for addition in there if is_at(addition, search.location or None)]
    return [addition for addition in at_place if search.finds(addition.id, addition.name)]
