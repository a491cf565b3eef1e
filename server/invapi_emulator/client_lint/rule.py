"""Lint rules: mistakes of clients that the journal shows, each with what to do instead."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

import orjson

from invapi_emulator.contract.registry import Registry
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage.requests import JournalEntry

Severity: TypeAlias = Literal["notice", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("notice", "warning", "error")
"""All severities, the least first."""


_UNREADABLE = frozenset({"lost_reply", "truncated_body", "malformed_json"})
_BEGUN = re.compile(r'\{"result": ?"([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal with its number."""

    number: int
    call: JournalEntry

    @property
    def ended_at(self) -> Instant:
        """The real time of the answer, or 0 if it is unknown."""
        return 0 if self.call.received_at is None else self.call.received_at + self.call.duration_us

    @property
    def faults(self) -> set[str]:
        """The kinds of the fault rules that fired."""
        return set((self.call.fault or "").split(", "))

    @property
    def was_read(self) -> bool:
        """Tell whether the client could read the answer: it was not cut off, and was valid JSON."""
        return self.call.status != 0 and not self.faults & _UNREADABLE

    @property
    def told(self) -> str | None:
        """The `result` that the answer told the client, None if that was no text or could not be read."""
        if not self.was_read:
            return None
        if begun := _BEGUN.match(self.call.answer):
            return begun[1]
        with suppress(orjson.JSONDecodeError):
            answer = orjson.loads(self.call.answer)
            told = answer.get("result") if isinstance(answer, dict) else None
            return told if isinstance(told, str) else None
        return None  # only its beginning is kept

    @property
    def key(self) -> str | None:
        """The key that the call checks, or None if it is not a check."""
        key = self.call.fields.get("key")
        is_check = (self.call.module, self.call.action) == ("eq_callback", "check")
        return key if is_check and isinstance(key, str) else None


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's calls in order, its tasks by key, and its time.

    `new_worlds` are the numbers of its events after which earlier calls no longer count: resets and imports.
    After a cancellation, one of `cancellations`, earlier orders do not.
    """

    lines: Sequence[Line]
    tasks: dict[str, Task]
    now: Instant
    new_worlds: Sequence[int]
    cancellations: Sequence[int]

    def after(self, events: Iterable[int]) -> Iterator[tuple[bool, Line]]:
        """Yield the calls, each with whether one of these events came between the call before and it."""
        numbers = iter(sorted(events))
        number = next(numbers, None)
        for line in self.lines:
            came = False
            while number is not None and number <= line.call.after_event:
                came, number = True, next(numbers, None)
            yield came, line

    def checks(self) -> dict[str, list[Line]]:
        """Return the checks by key."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.key is not None:
                found.setdefault(line.key, []).append(line)
        return found


Look: TypeAlias = Callable[[Seen], Iterator[Line]]
"""Returns the calls that break a rule, in any order."""

Fields: TypeAlias = Callable[[Line], Sequence[str]]
"""Returns the fields of a call that break a rule, by name."""


def no_fields(_line: Line) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule. `fields` names those of a call that break it, for a rule about fields."""

    id: str
    severity: Severity
    title: str
    instead: str
    look: Look
    fields: Fields

    @property
    def docs(self) -> str:
        """Return the page about the rule, with its heading as the anchor."""
        return f"docs/reference/lint-rules.md#{self.id}"


LINT_RULES: Registry[str, LintRule] = Registry("lint rules")


def lint_rule(
    id_: str, severity: Severity, title: str, *, instead: str, fields: Fields = no_fields
) -> Callable[[Look], Look]:
    """Register a lint rule. The decorated function finds the calls that break it."""

    def register(look: Look) -> Look:
        LINT_RULES.add(id_, LintRule(id_, severity, title, instead, look, fields))
        return look

    return register
