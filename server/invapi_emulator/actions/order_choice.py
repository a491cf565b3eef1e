"""What the parameters of an order choose from the account's catalogue and keys (contract 11.1, 11.4)."""

import re

from invapi_emulator.actions.order_parameters import InstallParameters, OrderParameters
from invapi_emulator.actions.parameters import SSH_KEY
from invapi_emulator.domain.catalogue import Catalogue, OperatingSystem, Software
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.order_rules import (
    Configuration,
    chosen,
    require_fit,
    require_location,
    require_stock,
    sold_preset,
    wanted_plan,
)
from invapi_emulator.errors import InvalidParameter, SshKeyNotFound
from invapi_emulator.storage import ssh_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork

_KEY = re.compile(SSH_KEY.replace(r"\z", r"\Z"))


def configuration_of(unit: UnitOfWork, wanted: OrderParameters) -> Configuration:
    """Return what is ordered; raise the first refusal in the contract's order."""
    catalogue = catalogue_of(unit.account)
    if wanted.preset is None:
        raise InvalidParameter("preset", "invalid instance name")
    preset = sold_preset(catalogue, wanted.preset)
    location = wanted.location_name
    if location is None:
        raise InvalidParameter(
            "location_name",
            "invalid parameter location_name: it is missing; it takes a location of the preset, such as "
            f"{next(iter(preset.prices))}",
        )
    require_location(catalogue, preset, location)
    os, software = wanted_os(catalogue, wanted), wanted_software(catalogue, wanted)
    plan = wanted_plan(catalogue, preset, location, wanted.traffic_plan)
    for addition in (os, software, plan):
        if addition is not None:
            require_fit(addition, preset, location, wanted.deploy_period, f"preset {preset.name}")
    require_stock(catalogue, preset, location)
    return Configuration(preset, location, os, software, plan)


def wanted_os(catalogue: Catalogue, wanted: InstallParameters) -> OperatingSystem | None:
    """Return the operating system, None for an own one; raise InvalidParameter if it is missing."""
    os = chosen(catalogue.os, wanted.os_id, wanted.os_name, "os_name", OperatingSystem)
    if os is None and not wanted.own_os:
        raise InvalidParameter(
            "os_id",
            "invalid parameter os_id: it is missing; it takes the id of an operating system, see os/list",
        )
    return os


def wanted_software(catalogue: Catalogue, wanted: InstallParameters) -> Software | None:
    return chosen(catalogue.software, wanted.soft_id, wanted.soft_name, "soft_name", Software)


def require_key(unit: UnitOfWork, wanted: str | None) -> None:
    """Raise SshKeyNotFound unless this is a public key, or the id or name of one that the account stores."""
    if wanted is None or _KEY.match(wanted):
        return
    stored = ssh_keys.of_unit(unit)
    if not any(wanted in {str(key.id), key.name} for key in stored):
        raise SshKeyNotFound("the SSH key was not found: send its text, or the id or name of a stored one")
