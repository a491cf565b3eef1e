"""The schema of a catalogue in a world. What its fields mean is in `domain/catalogue.py` and docs/reference/worlds.md."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.domain.catalogue_mistakes import first_mistake
from invapi_emulator.domain.money import Currency
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.fields import (
    Entries,
    Location,
    Number,
    Part,
    PositiveInt,
    Price,
    Several,
    Text,
    Words,
)

Identifier = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Limit = Annotated[int, Field(ge=-1, lt=2**31, strict=True)]
Size = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
Ghz = Annotated[float, Field(ge=0, le=1000, strict=True, allow_inf_nan=False)]
Identifiers = Annotated[Several[Identifier], Field(max_length=1000)]
Locations = Annotated[Several[Location], Field(max_length=50)]


class PricesSpec(Part):
    EUR: Price
    USD: Price
    RUB: Price


class CatalogueTagSpec(Part):
    tag: Text
    value: Words = ""
    extra: Words = ""


Tags = Annotated[Several[CatalogueTagSpec], Field(max_length=20)]


class GroupSpec(Part):
    id: Identifier
    name: Text
    description: Words = ""


class PresetSpec(Part):
    id: Identifier
    name: Text
    group: Identifier
    server_type: Text
    virtual: Flag
    cpu: PositiveInt
    ram: PositiveInt
    hdd: Text
    monthly: PricesSpec
    prices: Annotated[Entries[Location, PricesSpec | None], Field(max_length=50)]
    os: Identifiers
    traffic_plans: Identifiers
    software: Identifiers = ()
    active: Flag = True
    description: Words = ""
    gpu: Words = ""
    cpu_name: Words = ""
    cpu_ghz: Ghz = 0.0
    disk_type: Words = ""
    tags: Tags = ()


class OsSpec(Part):
    id: Identifier
    name: Text
    prices: PricesSpec
    active: Flag = True
    locations: Locations = ()
    hourly: Flag = True
    cores: Size = 1
    ram: Size = 1024
    hdd: Size = 10
    bm: Flag = True
    vds: Flag = True
    gpu: Flag = True
    tags: Tags = ()


class SoftwareSpec(Part):
    id: Identifier
    name: Text
    prices: PricesSpec
    active: Flag = True
    locations: Locations = ()
    hourly: Flag = True
    tags: Tags = ()


class TrafficPlanSpec(Part):
    id: Identifier
    name: Text
    prices: PricesSpec
    locations: Locations
    currency: Currency = "EUR"
    active: Flag = True
    limit_in: Limit = -1
    limit_out: Limit = -1
    rate_in: Size = 1000
    rate_out: Size = 1000
    bandwidth: Size = 1000
    web: Flag = False
    main: Flag = False


class StockSpec(Part):
    id: Identifier
    name: Text
    preset: Identifier
    location: Location
    group: Text
    prices: PricesSpec
    cpu: Text
    ram: Number
    disk: Number
    created_at: Text
    free: Flag = True
    server_group: Text = "Dedicated Server"
    tags: Tags = ()


class CatalogueSpec(Part):
    """A catalogue, whole: it replaces the server's."""

    groups: Annotated[Several[GroupSpec], Field(max_length=50)]
    presets: Annotated[Several[PresetSpec], Field(max_length=300)]
    os: Annotated[Several[OsSpec], Field(max_length=200)]
    traffic_plans: Annotated[Several[TrafficPlanSpec], Field(max_length=200)]
    software: Annotated[Several[SoftwareSpec], Field(max_length=200)] = ()
    stock: Annotated[Several[StockSpec], Field(max_length=1000)] = ()


def built_catalogue(spec: CatalogueSpec | None) -> Catalogue | None:
    """Return the catalogue that a world describes; raise Unprocessable for a contradiction in it."""
    if spec is None:
        return None
    catalogue = msgspec.convert(spec.model_dump(), Catalogue)
    mistake = first_mistake(catalogue)
    if mistake is not None:
        raise error_at(f"catalogue.{mistake.place}", mistake.value, mistake.accepted)
    return catalogue


def written_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """Return a catalogue as a world has it."""
    written: dict[str, Any] = msgspec.to_builtins(catalogue)
    return written
