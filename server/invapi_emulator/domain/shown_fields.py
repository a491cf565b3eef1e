"""Fields as the journal shows them: whether they look masked, cut or left out."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from invapi_emulator.domain.callback_urls import CALLBACK_URL
from invapi_emulator.process.secret_words import MASK

REST = "..."
"""Name under which a call shows how many of its fields are left out."""

_CUT = re.compile(r"\.\.\. \(\d+ characters\)\Z")


def numbered(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields by name. A name that occurs again has a number: `***`, `*** 2`."""
    found: dict[str, Any] = {}
    last: dict[str, int] = {}
    for name, value in fields:
        free = name
        while free in found:
            last[name] = last.get(name, 1) + 1
            free = f"{name} {last[name]}"
        found[free] = value
    return found


def may_hide_any(fields: Mapping[str, Any]) -> bool:
    """Return whether some of what is shown may differ from what was sent."""
    return any(may_hide(fields, name) for name in fields)


def may_hide(fields: Mapping[str, Any], name: str) -> bool:
    """Return whether what is shown under a name may differ from what was sent."""
    return name == CALLBACK_URL or MASK in name or MASK in str(fields[name]) or is_cut(fields, name)


def may_hide_others(fields: Mapping[str, Any]) -> bool:
    """Return whether a call may have sent fields that are not shown under their names."""
    return REST in fields or any(MASK in name for name in fields)


def is_cut(fields: Mapping[str, Any], name: str) -> bool:
    """Return whether a name seems to show less than was sent."""
    shown = fields[name]
    return name == REST or (isinstance(shown, str) and _CUT.search(shown) is not None)
