"""Read the settings from where they are given: flags, the environment, defaults."""

import os
import re
from typing import Any

from pydantic import ValidationError

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import SECRETS, Settings

ENVIRONMENT_PREFIX = "INVAPI_EMULATOR_"

_INJECTED = re.compile(r"(tcp|udp|sctp)://.*")
"""Value of `<SERVICE>_PORT` as Kubernetes sets it for a Service, and Docker for a link."""


def read_settings(flags: dict[str, Any]) -> Settings:
    """Return the settings from the given flags, the environment and the defaults.

    Raise CannotStart with one line that names the flag or variable, its value and the accepted values.
    """
    try:
        return Settings(**from_environment() | flags)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = str(first["loc"][0])
        flag = f"--{name.replace('_', '-')}"
        source = flag if name in flags else f"{ENVIRONMENT_PREFIX}{name.upper()}"
        given = "***" if name in SECRETS else repr(first["input"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise CannotStart(f"{source}: {given}: {said[0].lower()}{said[1:]}") from None


def from_environment() -> dict[str, str]:
    """Return the settings from environment variables. Their names are case-insensitive."""
    return {name: value for name, value in _variables().items() if not _is_injected(name, value)}


def injected_variables() -> list[str]:
    """Return a line for each variable that is not taken as a setting, as it is of a Service."""
    return [
        f"{ENVIRONMENT_PREFIX}{name.upper()}={value!r} is ignored: it is the address of a service, as Kubernetes and Docker set it"
        for name, value in _variables().items()
        if _is_injected(name, value)
    ]


def _variables() -> dict[str, str]:
    given = {name.upper(): value for name, value in os.environ.items() if value}
    variables = {name: f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    return {name: given[variable] for name, variable in variables.items() if variable in given}


def _is_injected(name: str, value: str) -> bool:
    return name in ("port", "tls_port") and _INJECTED.fullmatch(value) is not None
