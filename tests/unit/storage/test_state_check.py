"""Mutations of the state in memory, one at a time: the comparison with the database finds each."""

import json
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.accounts import Account
from invapi_emulator.storage import accounts, faults, numbers, state_check, tasks, write_batch
from invapi_emulator.storage.account_state import AccountState, Counters
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.faults import RULE
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.sessions import SESSION
from invapi_emulator.storage.snapshots import ROTATION, SNAPSHOT
from invapi_emulator.storage.state_check import StateDiffers
from invapi_emulator.storage.tasks import TASK
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_record import VM
from tests.support.calls import DEMO, called
from tests.support.fake_clock import FakeClock, opened

TOKEN = "HOSTKEY_TOKEN"


@pytest.fixture
def database(time: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(state_check, "ENABLED", True)
    with opened(time, seed=7, clock="auto", polls=0) as database:
        yield database
        monkeypatch.setattr(state_check, "ENABLED", False)  # the mutation is still there


def live(database: Database) -> None:
    """Make calls that change something of everything in memory."""
    database.run_now(DEMO, add_rule)
    login = called(database, "auth", action="login", key="demo-api-key")
    assert login.answer is not None
    token = json.loads(login.answer.body)["result"]["token"]
    for action in ("info", "logout"):
        called(database, "auth", action=action, token=token)
    settings = {"action": "update_restore_settings", "enable_rotation": "1"}
    called(database, "vm", **settings, token=TOKEN, id="12345")
    called(database, "vm", **(settings | {"enable_rotation": "0"}), token=TOKEN, id="12345")
    for fields in (
        {"action": "create_snapshot", "id": "12345", "name": "new"},
        {"action": "get_snapshot", "id": "12345"},
        {"action": "remove_snapshot", "id": "12346", "name": "monday"},
    ):
        exchange = called(database, "vm", **fields, token=TOKEN)
        if exchange.task is not None:
            called(database, "eq_callback", action="check", key=exchange.task)
    called(database, "vm", action="get_snapshot", token=TOKEN, id="12346")


def add_rule(unit: UnitOfWork) -> None:
    number = numbers.next_fault(unit)
    faults.add(unit, faults.Rule(number, {"kind": "latency", "seconds": 0.0, "times": None}))


def test_without_a_mutation_nothing_is_found(database: Database) -> None:
    live(database)


def counter_not_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = AccountState.apply

    def apply(state: AccountState, account: Any, counters: Any, changes: Any) -> None:
        before = copy(state.counters)
        as_it_is(state, account, counters, changes)
        state.counters = replace(counters, last_event=before.last_event)

    monkeypatch.setattr(AccountState, "apply", apply)


def revision_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def updated(account: Account, counters: Counters, revision: int) -> tuple[Any, ...]:
        row: list[Any] = list(accounts.updated(account, counters, revision))
        row[-2] -= 1
        return tuple(row)

    monkeypatch.setattr(write_batch, "updated", updated)


def not_taken_over(
    record: Record[Any], *, deletions_only: bool = False
) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a mutation: a change or deletion of a kind of record is written, but not applied to memory."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        as_it_is = AccountState._take

        def take(state: AccountState, changed: Record[Any], key: Any, value: Any) -> None:
            is_there = state.has(changed, key[: changed.part])
            if changed is record and is_there and (value is None or not deletions_only):
                return
            as_it_is(state, changed, key, value)

        monkeypatch.setattr(AccountState, "_take", take)

    return plant


def column_not_written(record: Record[Any], column: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a mutation: a column of a record is not written when the record changes."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        as_it_is = record.updated
        place = record.update.names.index(column)

        def updated(owner: Any, key: Any, value: Any) -> tuple[Any, ...]:
            row = list(as_it_is(owner, key, value))
            row[place] = None
            return tuple(row)

        monkeypatch.setattr(record, "updated", updated)

    return plant


def due_time_not_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks._Due, "changed", lambda *_: None)


def oldest_task_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks._Numbers, "changed", lambda *_: None)


MISTAKES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a counter is not carried": counter_not_carried,
    "the revision is not counted": revision_not_counted,
    "a removed snapshot stays": not_taken_over(SNAPSHOT, deletions_only=True),
    "settings of rotation stay as they were": not_taken_over(ROTATION),
    "a VM's lock is not written": column_not_written(VM, "locked_by"),
    "a task's due time is not moved": due_time_not_moved,
    "the end of a task is not written": column_not_written(TASK, "ended_at"),
    "a spent key stays": not_taken_over(TASK),
    "what a fault rule was asked is not counted": not_taken_over(RULE),
    "a token that was logged out stays": not_taken_over(SESSION),
    "the newest task is not noted": oldest_task_not_noted,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mutation_of_the_state_is_found(database: Database, mistake: str) -> None:
    with pytest.MonkeyPatch.context() as mutated:
        MISTAKES[mistake](mutated)
        with pytest.raises(StateDiffers):
            live(database)
