"""What is known of accounts, VMs and tasks is what the database holds, whatever was taken back meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import text, update
from sqlalchemy.dialects import sqlite

from handed import HandedTime, opened
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import LATEST, Instant
from invapi_emulator.domain.snapshots import Snapshot
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import accounts, events, snapshots, tasks, vms
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.prepared import savepoint
from invapi_emulator.storage.tables import Json, account, vm
from invapi_emulator.storage.transaction import MOST_KNOWN, Transaction

VM = 12345
STAGES = (PlannedStage("only", 10),)


class NothingCameOfItError(Exception):
    pass


@pytest.fixture
def database(time: HandedTime) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


@contextmanager
def given_up(database: Database) -> Iterator[Transaction]:
    """Make a transaction of which nothing comes."""
    with suppress(NothingCameOfItError), database.write() as tx:
        yield tx
        raise NothingCameOfItError


def demo(tx: Transaction) -> Account:
    found = accounts.by_name(tx, "demo")
    assert found is not None
    return found


def everything(tx: Transaction, owner: int) -> tuple[object, ...]:
    """Return what is kept between calls, as the queries answer it."""
    return (
        accounts.by_id(tx, owner),
        vms.find(tx, owner, VM),
        snapshots.of_vm(tx, owner, VM),
        snapshots.settings_of_vm(tx, owner, VM),
        tasks.by_key(tx, owner, "key"),
        tasks.first_change(tx, owner),
        tasks.first_and_last_sequence(tx, owner),
        events.last_number(tx, owner),
    )


def assert_known_is_stored(tx: Transaction, owner: int) -> None:
    known = everything(tx, owner)
    tx.known.clear()
    assert known == everything(tx, owner)


def change_all(tx: Transaction, owner: int) -> None:
    """Change something of everything that is kept."""
    everything(tx, owner)
    was: VirtualMachine = vms.load(tx, owner, VM)
    number = accounts.next_sequence(tx, owner)
    vms.save(tx, owner, replace(was, locked_by="key", started={"off": number}))
    made = Snapshot(VM, "extra", f"s{number}", number, "image", "available", 1, 1, was.state)
    snapshots.add(tx, owner, made)
    snapshots.save_settings(tx, owner, VM, "extra", replace(snapshots.settings_of_type(tx, owner, VM, "x")))
    if tasks.by_key(tx, owner, "key") is None:
        tasks.add(tx, owner, Task("key", "eq", "off", VM, number, {}, STAGES, 1, 10))
    events.record(tx, owner, 1, "power", vm=VM)
    found = tasks.by_key(tx, owner, "key")
    assert found is not None
    tasks.save(tx, owner, replace(found, polls=found.polls + 1))
    accounts.set_clock(tx, owner, replace(demo(tx).clock, base=number))


def test_what_is_written_is_known_as_it_is_stored(database: Database) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        change_all(tx, owner)
        assert_known_is_stored(tx, owner)
        snapshots.remove(tx, owner, snapshots.of_type(tx, owner, VM, "extra"))
        assert_known_is_stored(tx, owner)


def test_what_is_rolled_back_is_not_known(database: Database) -> None:
    with database.write() as tx:
        owner = demo(tx).id
        before = everything(tx, owner)
    with given_up(database) as tx:
        change_all(tx, owner)
        everything(tx, owner)
    with database.write() as tx:
        assert everything(tx, owner) == before


def test_what_a_savepoint_takes_back_is_not_known(database: Database) -> None:
    with database.write() as tx:
        owner = demo(tx).id
        before = everything(tx, owner)
        with suppress(NothingCameOfItError), savepoint(tx):
            change_all(tx, owner)
            everything(tx, owner)
            raise NothingCameOfItError
        assert everything(tx, owner) == before


def test_a_block_that_wrote_nothing_takes_nothing_back_and_what_it_read_stays_known(
    database: Database,
) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        number = accounts.next_sequence(tx, owner)
        with suppress(NothingCameOfItError), savepoint(tx):
            vms.load(tx, owner, VM)
            raise NothingCameOfItError
        assert ("vm", owner, VM) in tx.known
        assert accounts.last_sequence(tx, owner) == number
        with savepoint(tx):
            assert accounts.next_sequence(tx, owner) == number + 1
        assert accounts.last_sequence(tx, owner) == number + 1


def test_what_sqlite_itself_rolled_back_is_not_known(time: HandedTime) -> None:
    with opened(time, db="", seed=7, clock="frozen") as database:
        with database.write() as tx:
            owner = demo(tx).id
            before = everything(tx, owner)
        with given_up(database) as tx:
            change_all(tx, owner)
            tx.execute(text("ROLLBACK"))  # as it does when a disk is full
            everything(tx, owner)
        with database.write() as tx:
            assert everything(tx, owner) == before


def test_a_statement_that_nobody_foresaw_is_seen(database: Database) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        everything(tx, owner)
        tx.execute(update(vm).where(vm.c.account_id == owner).values(locked_by="somebody"))
        tx.execute(update(account).where(account.c.id == owner).values(faults_made=5))
        assert vms.load(tx, owner, VM).locked_by == "somebody"
        assert accounts.by_id(tx, owner) == demo(tx)


def test_no_more_is_known_than_there_is_room_for(database: Database) -> None:
    with database.read() as tx:
        for number in range(MOST_KNOWN + 10):
            tx.once(("number", number), lambda: 1)
            assert len(tx.known) <= MOST_KNOWN


def task_of(tx: Transaction, owner: int, key: str, due_at: Instant) -> Task:
    """Put a task into an account that changes only when it ends."""
    number = accounts.next_sequence(tx, owner)
    made = Task(key, "eq", "status", VM, number, {}, (PlannedStage("only", due_at),), 1, due_at)
    tasks.add(tx, owner, made)
    return made


def test_calls_and_the_worker_go_by_the_same_time_whatever_was_ended_by_hand(database: Database) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        first, second = task_of(tx, owner, "first", 10), task_of(tx, owner, "second", 20)
        assert tasks.first_change(tx, owner) == 10
        for ended, then in ((first, 20), (second, None)):
            tasks.save(tx, owner, replace(ended, state="done", ended_at=5))
            accounts.set_clock(tx, owner, demo(tx).clock)  # which has the account read again
            told = accounts.next_change(tx, owner)
            assert (told[1] if told else None) == then
            assert tasks.first_change(tx, owner) == (then or tasks.NEVER)


def test_a_task_that_is_due_at_the_end_of_all_time_is_one_still(database: Database) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        before = tasks.first_change(tx, owner)
        task_of(tx, owner, "key", LATEST)
        assert tasks.first_change(tx, owner) < before
        for _ in range(2):
            told = accounts.next_change(tx, owner)
            assert told is not None
            assert told[1] == LATEST


@pytest.mark.parametrize(
    "grown",
    [
        lambda task: replace(task, scope="x" * 5000),
        lambda task: replace(task, debug="x" * 5000),
        lambda task: replace(task, error="x" * 5000),
    ],
)
def test_tasks_that_have_grown_large_are_not_kept(database: Database, grown: Callable[[Task], Task]) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        task_of(tx, owner, "key", 10)
        found = tasks.by_key(tx, owner, "key")
        assert found is not None
        assert ("task", owner, "key") in tx.known
        large = grown(found)
        tasks.save(tx, owner, large)
        assert ("task", owner, "key") not in tx.known
        assert tasks.by_key(tx, owner, "key") == large


@pytest.mark.parametrize("value", ["😀", "ß\ud800", "\0", 2**64 - 1])
def test_columns_of_json_are_ascii_so_that_their_length_is_that_of_their_bytes(value: object) -> None:
    column = Json()
    text = column.process_bind_param({"a": value}, sqlite.dialect())
    assert text.isascii()
    assert column.process_result_value(text, sqlite.dialect()) == {"a": value}


def test_tasks_with_much_context_are_not_kept(database: Database) -> None:
    with given_up(database) as tx:
        owner = demo(tx).id
        number = accounts.next_sequence(tx, owner)
        tasks.add(tx, owner, Task("key", "eq", "off", VM, number, {"name": "x" * 5000}, STAGES, 1, 10))
        assert tasks.by_key(tx, owner, "key") is not None
        assert ("task", owner, "key") not in tx.known
