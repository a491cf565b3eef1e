"""Fields of calls that the journal masks, cuts or leaves out: compared by digest, never shown.

The key of the digests is random, and lives only in the memory of the process that makes them. So a database, an export or a
backup holds nothing that a password can be guessed from, and another process, or the same after a restart, cannot compare.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from invapi_emulator.process.logs import MASK
from invapi_emulator.randomness import LIFE_NAME, sealed
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.requests import JournalEntry

MOST = 50
"""Maximum number of digests of a call."""

REST = "..."
"""Name under which a call shows how many of its fields are left out."""

_LIFE = "life"
_MORE = "more"
_CUT = re.compile(r"\.\.\. \(\d+ characters\)\Z")


def digests_of(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of the fields that are not shown as they were sent, by digests of their names."""
    hidden = [
        (name, value)
        for name, value in sent.items()
        if shown.get(name) is not value and shown.get(name) != _as_shown(value)
    ]
    if not hidden:
        return {}
    digests = {_LIFE: LIFE_NAME}
    for name, value in hidden[:MOST]:
        digests[_name(name)] = _value(name, value)
    if len(hidden) > MOST:
        digests[_MORE] = ""
    return digests


def is_equal(call: JournalEntry, name: str, expected: Any) -> bool | None:
    """Return whether a call sent this value in this field, or None if that cannot be told any more."""
    hidden, shown = call.hidden, call.fields.get(name)
    if not _is_own(hidden):
        return None if _may_hide(call.fields, name) else shown == _as_shown(expected)
    digest = hidden.get(_name(name))
    if digest is not None:
        return digest == _value(name, expected)
    if _MORE in hidden and name not in call.fields:
        return None
    return bool(shown == _as_shown(expected))


def fingerprint(call: JournalEntry, *, but: str) -> dict[str, str] | None:
    """Return the digests of all hidden fields but one, None if another process made them."""
    hidden = call.hidden
    if not _is_own(hidden):
        return None
    left_out = (_LIFE, _name(but))
    return {name: digest for name, digest in hidden.items() if name not in left_out}


def _is_own(hidden: dict[str, str] | None) -> TypeGuard[dict[str, str]]:
    """Return whether this process can compare the digests. It can if there are none."""
    return hidden is not None and hidden.get(_LIFE, LIFE_NAME) == LIFE_NAME


def _may_hide(fields: Mapping[str, Any], name: str) -> bool:
    """Return whether what is shown may differ from what was sent in a field, judging by its looks."""
    if name not in fields:
        return REST in fields or any(MASK in other for other in fields)
    shown = fields[name]
    text = shown if isinstance(shown, str) else json_text(shown)
    return name == REST or MASK in text or _CUT.search(text) is not None


@lru_cache(1000)
def _name(name: str) -> str:
    return sealed(name)[:16]


def _value(name: str, value: Any) -> str:
    return sealed(json_text([name, _as_shown(value)]))


def _as_shown(value: Any) -> Any:
    """Return a value as the journal shows it: arrays as lists, maps with their names in order."""
    if isinstance(value, dict):
        return {name: _as_shown(value[name]) for name in sorted(value)}
    return value if isinstance(value, str) else [_as_shown(item) for item in value]
