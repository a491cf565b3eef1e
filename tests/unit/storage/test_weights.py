"""Values in memory count by the text that they hold."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.account_keys import SshKey
from invapi_emulator.domain.snapshots import RotationSettings
from invapi_emulator.domain.tags import Tag
from invapi_emulator.engine.faults.rules import RULES
from invapi_emulator.storage import faults, snapshots, ssh_keys, vms
from invapi_emulator.storage.account_state import MOST_VALUES
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened

VM = 12345
LARGE = 100_000

Change = Callable[[UnitOfWork, int], object]


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


def set_tag(unit: UnitOfWork, size: int) -> None:
    vms.save(unit, replace(vms.load(unit, VM), tags=(Tag(1, "note", "v", "x" * size),)))


def change_power(unit: UnitOfWork, size: int) -> None:
    changes = tuple((number, "off") for number in range(size // 100))
    vms.save(unit, replace(vms.load(unit, VM), power_changes=changes))


def exclude(unit: UnitOfWork, size: int) -> None:
    snapshots.save_settings(
        unit, VM, "manual", RotationSettings(excluded=("x" * (size // 2), "y" * (size // 2)))
    )


def store_key(unit: UnitOfWork, size: int) -> None:
    ssh_keys.remove(unit, 1)
    ssh_keys.add(unit, SshKey(1, "laptop", "k" * size, is_default=False, created_at=0))


def add_rule(unit: UnitOfWork, size: int) -> None:
    faults.remove(unit, 1)
    faults.add(unit, Rule(1, {"kind": "reject", "match": {"fields": {"note": "x" * size}}}))


def loaded(unit: UnitOfWork) -> Any:
    return (
        vms.load(unit, VM),
        snapshots.settings_of_vm(unit, VM),
        ssh_keys.of_unit(unit),
        faults.find(unit, 1),
    )


def size(database: Database) -> int:
    return sum(state.size for state in database.states.all())


@pytest.mark.parametrize("change", [set_tag, change_power, exclude, store_key, add_rule])
def test_a_large_value_counts_each_kilobyte(database: Database, change: Change) -> None:
    database.run_now(DEMO, loaded)
    before = size(database)
    database.run_now(DEMO, lambda unit: change(unit, LARGE))
    assert LARGE // 1_000 - 2 <= size(database) - before <= LARGE // 1_000 + 2
    database.states.drop(DEMO)
    database.run_now(DEMO, loaded)
    assert LARGE // 1_000 - 2 <= size(database) - before <= LARGE // 1_000 + 4


@pytest.mark.parametrize("change", [set_tag, change_power, exclude])
def test_a_value_that_gets_smaller_makes_room(database: Database, change: Change) -> None:
    database.run_now(DEMO, loaded)
    before = size(database)
    for _ in range(2 * MOST_VALUES // (LARGE // 1_000)):
        database.run_now(DEMO, lambda unit: change(unit, LARGE))
        database.run_now(DEMO, lambda unit: change(unit, 0))
    assert size(database) - before <= 2


def test_an_index_of_large_rules_counts_too_until_it_is_dropped(database: Database) -> None:
    database.run_now(DEMO, lambda unit: add_rule(unit, LARGE))
    database.states.drop(DEMO)
    database.run_now(DEMO, lambda unit: vms.load(unit, VM))
    before = size(database)
    database.run_now(DEMO, lambda unit: unit.index(RULES))
    assert size(database) - before >= LARGE // 1_000
    database.run_now(DEMO, lambda unit: unit.evict(RULES))
    assert size(database) == before
