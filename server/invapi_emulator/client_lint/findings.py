"""Findings: which habits an account's clients have, and the calls that show them."""

from dataclasses import dataclass

from invapi_emulator.client_lint import changing, manners, polling
from invapi_emulator.client_lint.rule import HABITS, SEVERITIES, Habit, Line, Seen
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import requests, task_lists
from invapi_emulator.storage.transaction import Transaction

FILES = (polling, changing, manners)
"""Importing these fills the table of habits."""


@dataclass(frozen=True, slots=True)
class Finding:
    habit: Habit
    lines: tuple[int, ...]
    """Numbers of the calls that show it, in order."""


def findings_of(tx: Transaction, account: Account, now: Instant) -> list[Finding]:
    """Return what the account's journal shows, the worst first; nothing where nothing is to say."""
    seen = seen_of(tx, account, now)
    looked = (
        Finding(habit, tuple(sorted({line.number for line in habit.look(seen)}))) for habit in _worst_first()
    )
    return [finding for finding in looked if finding.lines]


def _worst_first() -> list[Habit]:
    return sorted(HABITS.values(), key=lambda habit: (-SEVERITIES.index(habit.severity), habit.id))


def seen_of(tx: Transaction, account: Account, now: Instant) -> Seen:
    lines = [Line(number, call) for number, call in requests.newest(tx, account.id)]
    return Seen(lines, {task.key: task for task in task_lists.of_account(tx, account, now)}, now)
