"""Compares memory with the database, for tests: with TEST_CHECK_STATE=1, after each commit."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from invapi_emulator.storage.account_state import AccountState, States
from invapi_emulator.storage.accounts import LOAD
from invapi_emulator.storage.missed import Missed
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.statement import Runner
from invapi_emulator.storage.write_batch import WriteBatch

ENABLED = os.environ.get("TEST_CHECK_STATE") == "1"

MOST_PARTS = 100
"""Maximum number of unchanged parts of a state compared after a commit. When the server stops, all are."""


class StateDiffers(AssertionError):
    """The state in memory differs from the database."""


def compare_touched(batch: WriteBatch, on: Runner, missed: Missed) -> None:
    """Compare the states that a batch changed: rows, indexes, the changed parts, and some others.

    `missed` are calls that the journal misses: only memory has their numbers.
    """
    for account_id, state in batch.states.items():
        changed = {
            (record, key[1 : record.part + 1])
            for record in batch.changes.records()
            for key, _ in batch.changes.of(record)
            if key[0] == account_id
        }
        others = [part for part in _parts(state) if part not in changed]
        loaded = [(record, part) for record, part in changed if state.has(record, part)]
        _compare(state, [*loaded, *others[:MOST_PARTS]], on, missed)


def compare_all(states: States, on: Runner, missed: Missed) -> None:
    for state in states.all():
        _compare(state, _parts(state), on, missed)


def _compare(
    state: AccountState, parts: Iterable[tuple[Record[Any], Key]], on: Runner, missed: Missed
) -> None:
    stored = LOAD.first(on, wanted=state.account.id)
    if stored is None:
        return  # removed since: its state is dropped at its next use
    counters = stored.counters
    counters.last_request = max(counters.last_request, missed.last(state.account.id))
    _require_equal("account", _row(state), _row(stored))
    for record, part in parts:
        query = record.query(state.owner, part)
        rows = dict(query.statement.all(on, **query.values))
        _require_equal(f"{record.insert.names} {part}", _held(state, record, part), rows)
    for index, kept in state.indexes.items():
        query = index.query(state.owner)
        fresh = index.make(query.statement.all(on, **query.values))
        if kept.content() is not None:
            _require_equal(type(kept).__name__, kept.content(), fresh.content())


def _row(state: AccountState) -> Any:
    return state.account, state.counters, state.revision


def _parts(state: AccountState) -> Iterator[tuple[Record[Any], Key]]:
    for held in (state.singles, state.parts):
        for record, parts in held.items():
            yield from ((record, part) for part in parts)


def _held(state: AccountState, record: Record[Any], part: Key) -> dict[Key, Any]:
    if not record.single:
        return state.parts[record][part]
    value = state.singles[record][part]
    return {} if value is None else {part: value}


def _require_equal(what: str, in_memory: Any, stored: Any) -> None:
    if in_memory != stored:
        raise StateDiffers(f"{what}: in memory {in_memory}, in the database {stored}")
