"""Lint rules: mistakes of clients that the journal shows, each with what to do instead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from invapi_emulator.contract.registry import Registry
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage.requests import JournalEntry

Severity: TypeAlias = Literal["notice", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("notice", "warning", "error")
"""All severities, the least first."""


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
    def key(self) -> str | None:
        """The key that the call checks, or None if it is not a check."""
        key = self.call.fields.get("key")
        is_check = (self.call.module, self.call.action) == ("eq_callback", "check")
        return key if is_check and isinstance(key, str) else None


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's calls in order, its tasks by key, and its time.

    `world_changes` are the numbers of its events after which an earlier order no longer counts: resets, imports and
    cancellations.
    """

    lines: Sequence[Line]
    tasks: dict[str, Task]
    now: Instant
    world_changes: Sequence[int]

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
