"""Environment variables of our prefix that nothing reads: a misspelt one is silently the default otherwise."""

import os
import re

from invapi_emulator.cli.variables import ADMIN_TOKEN_VARIABLE, PREFIX, URL_VARIABLE

_OF_A_SERVICE = re.compile(
    r"(\w+_)?SERVICE_(HOST|PORT(_\w+)?)|(\w+_)?PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|(\w+_)?ENV_\w+"
)
"""Names that Kubernetes and Docker set for a Service or a link called `invapi-emulator`, or `invapi-emulator-<more>`."""

_ADDRESS, _LINK = re.compile(r"(tcp|udp|sctp)://.*"), re.compile(r"/[^/]+/.+")


def unknown_variables() -> list[str]:
    """Return a line for each variable that names no setting, with the nearest name."""
    names = sorted(name for name, value in os.environ.items() if value and name.upper().startswith(PREFIX))
    suspects = [name for name in names if name.upper() not in {URL_VARIABLE, ADMIN_TOKEN_VARIABLE}]
    if not suspects:
        return []
    known = _known()
    return [
        f"{name} is ignored: no setting has this name{_nearest(name.upper(), known)}"
        for name in suspects
        if name.upper() not in known and not _is_injected(name.upper().removeprefix(PREFIX), os.environ[name])
    ]


def _known() -> list[str]:
    from invapi_emulator.settings import Settings  # noqa: PLC0415 - slow, and few need it

    return [*(f"{PREFIX}{name.upper()}" for name in Settings.model_fields), URL_VARIABLE]


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - few need it

    near = get_close_matches(name.removeprefix(PREFIX), [word.removeprefix(PREFIX) for word in known], n=1)
    return f"; did you mean {PREFIX}{near[0]}?" if near else ""


def _is_injected(name: str, value: str) -> bool:
    if _OF_A_SERVICE.fullmatch(name):
        return True
    is_address = name.endswith("PORT") and _ADDRESS.fullmatch(value) is not None
    return is_address or (name.endswith("NAME") and _LINK.fullmatch(value) is not None)
