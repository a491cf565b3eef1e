"""A unit of work: its changes are visible within it, and kept together or rolled back."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from invapi_emulator.domain.instants import LATEST, Instant
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.storage import accounts, events, next_changes, numbers, snapshots, task_lists, tasks, vms
from invapi_emulator.storage.account_state import MOST_VALUES
from invapi_emulator.storage.database import AccountGone, Database
from invapi_emulator.storage.tables import vm
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO, called
from tests.support.fake_clock import FakeClock, opened

VM = 12345
STAGES = (PlannedStage("only", 10),)


class NothingCameOfItError(Exception):
    pass


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


def everything(unit: UnitOfWork) -> tuple[object, ...]:
    """Return the loaded part of an account, as queries answer it."""
    return (
        unit.account,
        vms.find(unit, VM),
        snapshots.of_vm(unit, VM),
        dict(snapshots.settings_of_vm(unit, VM)),
        tasks.by_key(unit, "key"),
        tasks.by_key(unit, "other"),
        events.last_number(unit),
        unit.counters.sequence,
    )


def change_all(unit: UnitOfWork) -> None:
    """Change something of everything that is loaded."""
    was = vms.load(unit, VM)
    number = numbers.next_sequence(unit)
    vms.save(unit, replace(was, locked_by="key", started={"off": number}))
    snapshots.add(unit, Snapshot(VM, "extra", f"s{number}", number, "image", "available", 1, 1, was.state))
    snapshots.remove(unit, snapshots.of_vm(unit, VM)[0])
    snapshots.save_settings(unit, VM, "extra", RotationSettings(enabled=bool(number % 2)))
    if tasks.by_key(unit, "key") is None:
        tasks.add(unit, Task("key", "eq", "off", VM, number, {}, STAGES, 1, 10))
    else:
        found = tasks.by_key(unit, "key")
        assert found is not None
        tasks.save(unit, replace(found, polls=found.polls + 1))
    events.record(unit, 1, "power", vm=VM)
    accounts.set_clock(unit, replace(unit.account.clock, base=number))


def seen_anew(database: Database) -> tuple[object, ...]:
    """Return the content of an account when nothing of it is in memory."""
    database.states.drop(DEMO)
    return database.run_now(DEMO, everything)


def test_changes_are_visible_within_the_unit_and_kept_unchanged(database: Database) -> None:
    def work(unit: UnitOfWork) -> tuple[object, ...]:
        before = everything(unit)
        change_all(unit)
        assert everything(unit) != before
        return everything(unit)

    for _ in range(3):
        seen = database.run_now(DEMO, work)
        assert database.run_now(DEMO, everything) == seen
        assert seen_anew(database) == seen


def test_a_unit_that_raises_changes_nothing(database: Database) -> None:
    before = database.run_now(DEMO, everything)

    def work(unit: UnitOfWork) -> None:
        change_all(unit)
        raise NothingCameOfItError

    with suppress(NothingCameOfItError):
        database.run_now(DEMO, work)
    assert database.run_now(DEMO, everything) == before
    assert seen_anew(database) == before


def test_a_nested_block_that_raises_rolls_back_its_own_changes_only(
    database: Database,
) -> None:
    def work(unit: UnitOfWork) -> tuple[object, ...]:
        change_all(unit)
        before, version = everything(unit), unit.version

        def come_to_nothing() -> None:
            change_all(unit)
            raise NothingCameOfItError

        with suppress(NothingCameOfItError):
            unit.nested(come_to_nothing)
        assert (everything(unit), unit.version) == (before, version)
        unit.nested(lambda: change_all(unit))
        assert everything(unit) != before
        return everything(unit)

    seen = database.run_now(DEMO, work)
    assert seen_anew(database) == seen


def test_a_snapshot_removed_and_made_again_under_its_name_is_the_new_one(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        old = snapshots.of_vm(unit, VM)[0]
        snapshots.remove(unit, old)
        snapshots.add(unit, replace(old, sequence=numbers.next_sequence(unit), size=77))

    database.run_now(DEMO, work)
    database.states.drop(DEMO)
    found = database.run_now(DEMO, lambda unit: snapshots.of_vm(unit, VM))
    assert [snapshot.name for snapshot in found] == ["before-release", "fresh-install"]
    assert found[-1].size == 77


def test_a_record_added_and_removed_in_one_unit_never_existed(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        made = Task("key", "eq", "off", VM, 99, {}, STAGES, 1, 10)
        tasks.add(unit, made)
        unit.remove(tasks.TASK, ("key",))

    before = database.run_now(DEMO, everything)
    database.run_now(DEMO, work)
    assert database.run_now(DEMO, everything) == before
    assert seen_anew(database) == before


def test_sql_sees_the_units_changes_and_the_unit_sees_sqls(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        vms.save(unit, replace(vms.load(unit, VM), locked_by="key"))
        assert next(vms.of_account(unit.sql(), DEMO)).locked_by == "key"
        vms.save(unit, replace(vms.load(unit, VM), locked_by="other"))
        assert next(vms.of_account(unit.sql(), DEMO)).locked_by == "other"
        unit.sql().execute(update(vm).where(vm.c.id == VM).values(hostname="renamed"))
        unit.reload()
        assert (vms.load(unit, VM).hostname, vms.load(unit, VM).locked_by) == ("renamed", "other")
        events.record(unit, 1, "power", vm=VM)

    before = database.run_now(DEMO, events.last_number)
    database.run_now(DEMO, work)
    assert database.run_now(DEMO, lambda unit: vms.load(unit, VM).hostname) == "renamed"
    assert database.run_now(DEMO, events.last_number) == before + 1


def test_a_unit_that_raises_rolls_back_its_sql_too(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.sql().execute(update(vm).values(hostname="renamed"))
        unit.reload()
        assert vms.load(unit, VM).hostname == "renamed"
        raise NothingCameOfItError

    with suppress(NothingCameOfItError):
        database.run_now(DEMO, work)
    assert database.run_now(DEMO, lambda unit: vms.load(unit, VM).hostname) != "renamed"


def test_a_removed_account_is_gone_from_memory(database: Database) -> None:
    database.run_now(DEMO, everything)
    with database.transaction() as tx:
        accounts.remove(tx, DEMO)
    database.evict([DEMO])
    with pytest.raises(AccountGone):
        database.run_now(DEMO, everything)


def task_of(unit: UnitOfWork, key: str, due_at: Instant) -> Task:
    """Add a task that changes only when it ends."""
    number = numbers.next_sequence(unit)
    made = Task(key, "eq", "status", VM, number, {}, (PlannedStage("only", due_at),), 1, due_at)
    tasks.add(unit, made)
    return made


def _save(unit: UnitOfWork, done: Task) -> None:
    tasks.save(unit, done)


def first_change(database: Database) -> tuple[Instant, Instant | None]:
    """Return when the first task changes, for calls and for the worker."""
    with database.read() as tx:
        told = next_changes.next_changes(tx).get(DEMO)
    return database.run_now(DEMO, tasks.first_change), None if told is None else told[1]


def test_calls_and_the_worker_use_the_same_time_whatever_ended_by_hand(time: FakeClock) -> None:
    with opened(time, clock="real") as database:
        first = database.run_now(DEMO, lambda unit: task_of(unit, "first", 10))
        second = database.run_now(DEMO, lambda unit: task_of(unit, "second", 20))
        assert first_change(database) == (10, 10)
        for ended, then in ((first, 20), (second, None)):
            done = replace(ended, state="done", ended_at=5)
            database.run_now(DEMO, partial(_save, done=done))
            assert first_change(database) == (then or tasks.NEVER, then)


def test_a_task_due_at_the_last_instant_counts_as_due(database: Database) -> None:
    assert database.run_now(DEMO, tasks.first_change) == tasks.NEVER
    database.run_now(DEMO, lambda unit: task_of(unit, "key", LATEST))
    assert database.run_now(DEMO, tasks.first_change) == LATEST


def test_a_call_that_starts_nothing_wakes_no_worker(database: Database) -> None:
    woken: list[int] = []
    database.notifications.listen_for_due(woken.append)
    called(database, "eq", action="list", token="HOSTKEY_TOKEN")
    assert woken == []
    called(database, "eq", action="status", token="HOSTKEY_TOKEN", id="12345")
    assert woken == [DEMO]


@pytest.mark.parametrize(
    "grown",
    [
        lambda task: replace(task, scope="x" * 5000),
        lambda task: replace(task, debug="x" * 5000),
        lambda task: replace(task, error="x" * 5000),
    ],
)
def test_large_tasks_do_not_stay_in_memory(database: Database, grown: Callable[[Task], Task]) -> None:
    made = database.run_now(DEMO, lambda unit: task_of(unit, "key", 10))
    state = database.states.get(DEMO)
    assert state is not None
    assert state.has(tasks.TASK, ("key",))
    database.run_now(DEMO, lambda unit: tasks.save(unit, grown(made)))
    assert not state.has(tasks.TASK, ("key",))
    assert database.run_now(DEMO, lambda unit: tasks.by_key(unit, "key")) == grown(made)


def test_the_number_of_values_in_memory_is_limited(database: Database) -> None:
    for generation in range(5):

        def shifted(unit: UnitOfWork, first: int = generation * MOST_VALUES) -> None:
            for number in range(first, first + MOST_VALUES // 4):
                tasks.add(unit, Task(f"k{number}", "eq", "status", VM, number, {}, STAGES, 1, None))

        database.run_now(DEMO, shifted)
        assert sum(state.size for state in database.states.all()) <= MOST_VALUES
    with database.read() as tx:
        owner = accounts.by_name(tx, "demo")
        assert owner is not None
        assert len(task_lists.sequences(tx, owner)) >= 5 * (MOST_VALUES // 4)


def test_the_values_that_the_last_unit_loaded_at_once_stay_in_memory_however_many(database: Database) -> None:
    def grown(unit: UnitOfWork) -> None:
        one = vms.load(unit, VM)
        for number in range(MOST_VALUES + 1):
            vms.add(unit, replace(one, id=20_000 + number))

    database.run_now(DEMO, grown)
    assert database.states.get(DEMO) is None
    assert len(database.run_now(DEMO, vms.all_of)) > MOST_VALUES
    kept = database.states.get(DEMO)
    assert kept is not None
    database.run_now(DEMO, vms.all_of)
    assert database.states.get(DEMO) is kept
