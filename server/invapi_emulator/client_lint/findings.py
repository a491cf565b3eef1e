"""Findings: the lint rules that an account's clients break, with the calls that show it."""

from dataclasses import dataclass

from invapi_emulator.client_lint import changing, ordering, polling, requests
from invapi_emulator.client_lint.removals import Removals
from invapi_emulator.client_lint.rule import LINT_RULES, SEVERITIES, Line, LintRule, Seen
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import events, task_lists
from invapi_emulator.storage import requests as journal
from invapi_emulator.storage.hidden_fields import count_of_left_out
from invapi_emulator.storage.transaction import Transaction

__all__ = ["LINT_RULES", "Finding", "findings_of", "seen_of"]

RULE_FILES = (polling, changing, requests, ordering)
"""Importing these fills the table of lint rules."""

_NEW_WORLDS: tuple[events.EventKind, ...] = ("reset", "imported")
_REMOVALS: tuple[events.EventKind, ...] = ("cancellation_asked", "vm_removed", "invoice_cancelled")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken. `lines` are the numbers of the calls that show it, ascending; `fields` those they name.

    `fields_left_out` counts further ones, of all calls together, whose names the journal does not keep.
    """

    rule: LintRule
    lines: tuple[int, ...]
    fields: tuple[str, ...]
    fields_left_out: int


def findings_of(seen: Seen) -> list[Finding]:
    """Return the findings of an account's journal, worst first. Empty if the calls break no rule."""
    looked = (_finding(rule, seen) for rule in _worst_first())
    return [finding for finding in looked if finding.lines]


def _finding(rule: LintRule, seen: Seen) -> Finding:
    lines = {line.number: line for line in rule.look(seen)}
    named = [name for number in sorted(lines) for name in rule.fields(lines[number])]
    fields = dict.fromkeys(name for name in named if not count_of_left_out(name))
    return Finding(rule, tuple(sorted(lines)), tuple(fields), sum(map(count_of_left_out, named)))


def _worst_first() -> list[LintRule]:
    return sorted(LINT_RULES.values(), key=lambda rule: (-SEVERITIES.index(rule.severity), rule.id))


def seen_of(tx: Transaction, account: Account, now: Instant) -> Seen:
    """Return what the rules look at: the newest calls of an account, and its tasks."""
    lines = [Line(number, call) for number, call in journal.newest(tx, account.id)]
    tasks = {task.key: task for task in task_lists.of_account(tx, account, now)}
    new_worlds = [event.number for event in events.newest(tx, account.id, _NEW_WORLDS, events.KEPT)]
    removed = events.newest(tx, account.id, _REMOVALS, events.KEPT)
    removals = Removals((event.number, event.data.get("vm")) for event in removed)
    return Seen(lines, tasks, now, new_worlds, removals)
