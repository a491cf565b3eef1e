"""Parameters that calls of the catalogue share, and what they narrow it to."""

from typing import Annotated, Literal

from msgspec import Struct
from pydantic import Field, StringConstraints

from invapi_emulator.actions.parameters import Parameters, VmId
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.catalogue import Addition, Catalogue, fits, is_at, numbered, preset_named
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

CatalogueId = VmId
Location = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9_-]{1,16}\z"),
    Field(description="1 to 16 characters: ASCII letters, digits, `_` and `-`"),
]
BillPeriod = Annotated[Literal["monthly", "hourly"], Field(description="monthly or hourly")]

NOTHING = 0
"""The id of no preset."""


class OfServer(Parameters):
    """`id` is that of a server: one of the account's, or one in stock."""

    id: CatalogueId | None = None
    location: Location | None = None


class OfPreset(OfServer):
    instance_id: CatalogueId | None = None
    bill_period: BillPeriod = "monthly"


class Wanted(Struct, frozen=True):
    """What fits is wanted of a preset, at a location. None stands for any; the preset NOTHING for none."""

    preset: int | None
    location: str | None
    hourly: bool = False

    def fits(self, addition: Addition, catalogue: Catalogue) -> bool:
        if self.preset is None:
            return is_at(addition, self.location)
        preset = numbered(catalogue.presets, self.preset)
        if preset is None:
            return False
        locations = preset.prices if self.location is None else (self.location,)
        return any(fits(addition, preset, location) for location in locations)


def wanted_by(
    unit: UnitOfWork, caller: Account | None, sent: OfServer, *presets: int | None, hourly: bool = False
) -> Wanted:
    """Return what a call asks for. All presets that it names, its server's too, must be the same one."""
    named, location = {preset for preset in presets if preset is not None}, sent.location
    if sent.id is not None:
        preset, where = _of_server(unit, catalogue_of(caller), sent.id)
        named.add(preset)
        location = location or where
    one = next(iter(named), None)
    return Wanted(one if named <= {one} else NOTHING, location, hourly)


def _of_server(unit: UnitOfWork, catalogue: Catalogue, number: int) -> tuple[int, str | None]:
    """Return the preset and the location of a server; NOTHING if there is none, or its preset is not sold."""
    vm = vms.find(unit, number) if unit.owned else None
    if vm is not None:
        preset = preset_named(catalogue, vm.preset)
        return (NOTHING if preset is None else preset.id), vm.location
    server = numbered(catalogue.stock, number)
    return (NOTHING, None) if server is None else (server.preset, server.location)
