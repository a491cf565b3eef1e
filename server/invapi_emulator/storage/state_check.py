"""Compares memory with the database, for tests: with TEST_CHECK_STATE=1, after each commit."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from invapi_emulator.storage.account_state import AccountState, States
from invapi_emulator.storage.accounts import LOAD
from invapi_emulator.storage.missed import Missed
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.statement import Query
from invapi_emulator.storage.write_batch import WriteBatch

ENABLED = os.environ.get("TEST_CHECK_STATE") == "1"

MOST_PARTS = 30
"""Maximum number of unchanged parts of a state compared after a commit, other ones each time. When the server stops, all are."""


Fetch: TypeAlias = Callable[[Sequence[Query[Any]]], Sequence[list[Any]]]
"""Returns the rows of each query: on PostgreSQL in one round trip."""


class StateDiffers(AssertionError):
    """The state in memory differs from the database."""


def compare_touched(batch: WriteBatch, fetch: Fetch, missed: Missed) -> None:
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
        first = state.revision % len(others) if len(others) > MOST_PARTS else 0
        loaded = [(record, part) for record, part in changed if state.has(record, part)]
        _compare(state, [*loaded, *(others[first:] + others[:first])[:MOST_PARTS]], fetch, missed)


def compare_all(states: States, fetch: Fetch, missed: Missed) -> None:
    for state in states.all():
        _compare(state, list(_parts(state)), fetch, missed)


def _compare(
    state: AccountState, parts: Sequence[tuple[Record[Any], Key]], fetch: Fetch, missed: Missed
) -> None:
    of_parts = [record.query(state.owner, part) for record, part in parts]
    of_indexes = [index.query(state.owner) for index in state.indexes]
    accounts, *rows = fetch([LOAD.of(wanted=state.account.id), *of_parts, *of_indexes])
    if not accounts:
        return  # removed since: its state is dropped at its next use
    _compare_account(state, accounts[0], missed)
    for (record, part), stored in zip(parts, rows, strict=False):
        _require_equal(f"{record.insert.names} {part}", _held(state, record, part), dict(stored))
    for (index, kept), stored in zip(state.indexes.items(), rows[len(parts) :], strict=True):
        if kept.content() is not None:
            _require_equal(type(kept).__name__, kept.content(), index.make(stored).content())


def _compare_account(state: AccountState, stored: AccountState, missed: Missed) -> None:
    counters = stored.counters
    counters.last_request = max(counters.last_request, missed.last(state.account.id))
    _require_equal("account", state.row, stored.row)


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
