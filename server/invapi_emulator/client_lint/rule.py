"""Lint rules: mistakes of clients that the journal shows, each with what to do instead."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

import orjson

from invapi_emulator.client_lint.removals import Removals
from invapi_emulator.contract.registry import Registry
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage.requests import JournalEntry

Severity: TypeAlias = Literal["notice", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("notice", "warning", "error")
"""All severities, the least first."""


READING_TIME = SECOND // 4
"""Real time after an answer within which a call may come from a part of the client that did not have it yet."""

_UNREADABLE = frozenset({"lost_reply", "truncated_body", "malformed_json"})
_LATE = frozenset({"latency", "slow_body"})
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
    def was_lost(self) -> bool:
        """Tell whether the client certainly could not read the answer: it was cut off, or was not valid JSON."""
        return self.call.status == 0 or bool(self.faults & _UNREADABLE)

    @property
    def was_read(self) -> bool:
        """Tell whether the client certainly read the answer: it was whole, and no fault held it back."""
        return not self.was_lost and not self.faults & _LATE

    @property
    def told(self) -> str | None:
        """The `result` of an answer that was read, else None. None also if that was not text."""
        return self.result if self.was_read else None

    @property
    def result(self) -> str | None:
        """The `result` of an answer that may have been read, else None. None also if that was not text."""
        if self.was_lost:
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

    def follows(self, answer: "Line", *, by: Instant = 0) -> bool:
        """Return whether a call came at least so long after an answer had left, in real time. An unknown time counts as no."""
        at = self.call.received_at
        return at is not None and answer.ended_at > 0 and at >= answer.ended_at + by

    def knows(self, answer: "Line") -> bool:
        """Return whether the client had certainly read an answer before it made this call."""
        return answer.was_read and self.follows(answer, by=READING_TIME)


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's calls in order, its tasks by key, and its time.

    `new_worlds` are the numbers of its events after which earlier calls no longer count: resets and imports.
    """

    lines: Sequence[Line]
    tasks: dict[str, Task]
    now: Instant
    new_worlds: Sequence[int]
    removals: Removals

    def worlds(self) -> list[list[Line]]:
        """Return the calls of each world, the present one last. That has none directly after a reset or an import."""
        worlds: list[list[Line]] = [[]]
        left = sorted(self.new_worlds, reverse=True)
        for line in self.lines:
            if left and left[-1] <= line.call.after_event:
                worlds.append([])
                while left and left[-1] <= line.call.after_event:
                    left.pop()
            worlds[-1].append(line)
        return [*worlds, []] if left else worlds


def checks_in(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the checks by key."""
    found: dict[str, list[Line]] = {}
    for line in lines:
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
