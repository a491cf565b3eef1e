"""Pending changes: those of units that are committed together, each row with its last value."""

from collections.abc import Callable, Sequence
from typing import Any

from invapi_emulator.storage.account_state import AccountState
from invapi_emulator.storage.accounts import UPDATE, updated
from invapi_emulator.storage.changes import Changes
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.statement import Write
from invapi_emulator.storage.unit_of_work import UnitOfWork

Run = Callable[[Write, Sequence[Sequence[object]]], None]
"""Runs a statement once for each row."""


class WriteBatch:
    """Changed rows, rows to append, and the states of their accounts.

    `due_earlier` holds the accounts in which a task may fall due before the first one known so far.
    """

    def __init__(self) -> None:
        self.states: dict[int, AccountState] = {}
        self.changes = Changes()
        self.due_earlier: set[int] = set()
        self._appended: dict[Write, list[Sequence[object]]] = {}
        self._trimmed: dict[Write, dict[Sequence[object], None]] = {}

    def take(self, unit: UnitOfWork) -> None:
        """Add the changes of a unit."""
        if unit.owned:
            self.states[unit.account.id] = unit.state
            self.changes.take(unit.changes, (unit.account.id,))
            if unit.due_earlier:
                self.due_earlier.add(unit.account.id)
        for write, row in unit.appended:
            self._appended.setdefault(write, []).append(row)
        for write, row in unit.trimmed:
            self._trimmed.setdefault(write, {})[row] = None  # once, however many units ask for it

    def write(self, run: Run) -> None:
        """Write everything. The states must contain the changes by then."""
        self.write_changes(run)
        self.write_accounts(run)

    def write_within(self, run: Run, unit: UnitOfWork) -> None:
        """Write a unit's changes in its own transaction. What reads there by SQL sees the numbers given out, too."""
        self.take(unit)
        self.write_changes(run)
        if unit.owned and unit.counters != unit.state.counters:
            run(UPDATE, [updated(unit.account, unit.counters, unit.state.revision)])

    def write_accounts(self, run: Run) -> None:
        if self.states:
            run(UPDATE, [updated(*state.row) for state in self.states.values()])

    def write_changes(self, run: Run) -> None:
        """Write everything but the accounts' own rows. Deletes take children first, inserts parents first."""
        changes = self.changes
        for record in sorted(changes.deletes, key=_place, reverse=True):
            _run(run, record.delete, list(changes.deletes[record]))
        for record in sorted(changes.inserts, key=_place):
            _run(run, record.insert, self._rows(record.inserted, changes.inserts[record]))
        for record, rows in changes.updates.items():
            _run(run, record.update, self._rows(record.updated, rows))
        for write, appended in self._appended.items():
            run(write, appended)
        for write, old in self._trimmed.items():
            run(write, list(old))

    def _rows(self, made: Callable[..., Sequence[object]], values: dict[Key, Any]) -> list[Sequence[object]]:
        return [made(self.states[key[0]].owner, key[1:], value) for key, value in values.items()]


def _place(record: Record[Any]) -> int:
    return record.place


def _run(run: Run, write: Write, rows: list[Sequence[object]]) -> None:
    if rows:
        run(write, rows)
