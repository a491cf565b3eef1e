"""Fields of calls that the journal masks, cuts or leaves out: compared by digest, never shown.

The key of the digests is random, and lives only in the memory of the process that makes them. So a database, an export or a
backup holds nothing that a password can be guessed from, and another process, or the same after a restart, cannot compare.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from invapi_emulator.domain.shown_fields import REST, may_hide, may_hide_any, may_hide_others
from invapi_emulator.process.remembered import remembered
from invapi_emulator.randomness import LIFE_NAME, sealed
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.requests import JournalEntry

MOST = 50
"""Maximum number of fields of a call with a digest each. The others have one together."""

UNKNOWN = "?"
"""Begins the word for a value that cannot be told any more."""

_NAMES_LEFT_OUT = re.compile(r"\.\.\. \((\d+) more\)")
_LIFE = "life"
_MORE = "more"


def names_left_out(count: int) -> str:
    """Return what stands at the end of a list of names that lacks so many."""
    return f"{REST} ({count} more)"


def count_of_left_out(name: str) -> int:
    """Return how many names this one stands for; 0 for a name."""
    found = _NAMES_LEFT_OUT.fullmatch(name)
    return int(found[1]) if found else 0


def digests_of(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of the fields that are not shown as they were sent, by digests of their names."""
    if shown == sent:
        return {}
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
        digests[_MORE] = sealed(json_text([[name, _as_shown(value)] for name, value in hidden[MOST:]]))
    return digests


class Told(NamedTuple):
    """How the fields of a call compare with those expected: equal, not equal, or None if that cannot be told any more.

    `by_name` has the fields that the call has. `others` holds for all that it has not.
    """

    by_name: Mapping[str, bool | None]
    others: bool | None

    def of(self, name: str) -> bool | None:
        return self.by_name.get(name, self.others)

    def unequal(self, expected: int) -> int:
        """Return how many of so many expected fields are not equal."""
        return sum(told is False for told in self.by_name.values()) + (self.others is False) * self._rest(
            expected
        )

    def unclear(self, expected: int) -> int:
        """Return of how many of so many expected fields that cannot be told."""
        return sum(told is None for told in self.by_name.values()) + (self.others is None) * self._rest(
            expected
        )

    def _rest(self, expected: int) -> int:
        return expected - len(self.by_name)


class KnownFields:
    """Values of fields that calls are compared with. Each is written and sealed once, however many calls there are.

    A comparison costs what the call has, and not what is expected.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._shown = {name: _as_shown(value) for name, value in values.items()}
        self._digests: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def compared(self, call: JournalEntry) -> Told:
        if not self._values:
            return Told({}, None)
        both = [name for name in call.fields if name in self._values]
        if not _has_all(call.hidden):
            told: dict[str, bool | None] = {
                name: None if may_hide(call.fields, name) else self._is_shown(call, name) for name in both
            }
            others = None if may_hide_others(call.fields) else False
        else:
            told, others = {name: self._is_shown(call, name) for name in both}, False
        if _is_own(call.hidden) and len(call.hidden) > 1:
            told |= self._by_digest(call.hidden)
        return Told(told, others)

    def _is_shown(self, call: JournalEntry, name: str) -> bool:
        return bool(call.fields[name] == self._shown[name])

    def _by_digest(self, hidden: Mapping[str, str]) -> dict[str, bool | None]:
        """Return whether hidden fields are equal, by name."""
        names = self._names
        found = (
            (names[sealed_name], digest) for sealed_name, digest in hidden.items() if sealed_name in names
        )
        return {name: digest == self._digest(name) for name, digest in found}

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names by their digests."""
        return {_name(name): name for name in self._values}

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = _value(name, self._values[name])
        return self._digests[name]


def sent_the_same(one: JournalEntry, other: JournalEntry, *, but: str) -> bool:
    """Return whether two calls sent the same fields but for one. Those that cannot be compared any more differ."""
    shown, others = (
        {name: call.fields[name] for name in call.fields if name != but} for call in (one, other)
    )
    if shown != others:
        return False
    if _is_own(one.hidden) and _is_own(other.hidden):
        return _fingerprint(one.hidden, but) == _fingerprint(other.hidden, but)
    is_of_one_process = one.hidden is not None and one.hidden == other.hidden
    return is_of_one_process or not may_hide_any(shown)


def _fingerprint(hidden: Mapping[str, str], but: str) -> dict[str, str]:
    """Return the digests of all hidden fields but one."""
    left_out = (_LIFE, _name(but))
    return {name: digest for name, digest in hidden.items() if name not in left_out}


def words_of(call: JournalEntry, names: Sequence[str]) -> list[str | None]:
    """Return a word for each field: equal ones for equal values, None if it was not sent.

    It begins with UNKNOWN if that cannot be told any more, and is equal if the fields without a digest are.
    """
    digests = call.hidden if _is_own(call.hidden) else {}
    unknown = UNKNOWN + digests.get(_MORE, "")
    others = unknown if not _has_all(call.hidden) and may_hide_others(call.fields) else None

    def word(name: str) -> str | None:
        if _name(name) in digests:
            return digests[_name(name)]
        if name not in call.fields:
            return others
        is_whole = _has_all(call.hidden) or not may_hide(call.fields, name)
        return _value(name, call.fields[name]) if is_whole else unknown

    return [word(name) for name in names]


def _is_own(hidden: dict[str, str] | None) -> TypeGuard[dict[str, str]]:
    """Return whether this process can compare the digests. It can if there are none."""
    return hidden is not None and hidden.get(_LIFE, LIFE_NAME) == LIFE_NAME


def _has_all(hidden: dict[str, str] | None) -> TypeGuard[dict[str, str]]:
    """Return whether this process can compare every hidden field. Some have no digest if there are too many."""
    return _is_own(hidden) and _MORE not in hidden


@remembered(1_000)
def _name(name: str) -> str:
    return sealed(name)[:16]


def _value(name: str, value: Any) -> str:
    return sealed(json_text([name, _as_shown(value)]))


def _as_shown(value: Any) -> Any:
    """Return a value as the journal shows it: arrays as lists, maps with their names in order."""
    if isinstance(value, dict):
        return {name: _as_shown(value[name]) for name in sorted(value)}
    return value if isinstance(value, str) else [_as_shown(item) for item in value]
