"""The cost of a change to a VM does not grow with the account. It is counted in function calls: no clock is as steady."""

from functools import partial

import pytest

from invapi_emulator.storage import vms
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.build_context import present_context
from invapi_emulator.worlds.change import changing_vm
from invapi_emulator.worlds.held_world import held_vm
from invapi_emulator.worlds.load import load_vm, preparing_vm
from invapi_emulator.worlds.others import Others, Source
from invapi_emulator.worlds.schema import VmSpec
from invapi_emulator.worlds.steps import at_once
from tests.support.calls import DEMO
from tests.support.counted_calls import counted_calls
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import SEED, Json

FEW, MANY = 3, 1_000
ALLOWED = 1.1
"""Maximum of the work with many VMs, as a multiple of that with few."""

SNAPSHOT = {"name": "a", "id": 5_000}


def load(number: int, unit: UnitOfWork) -> None:
    """Add so many VMs to the account."""
    for vm in range(1, number + 1):
        load_vm(unit.sql(), unit.account, VmSpec(id=vm), unit.account.clock.now(unit.real_now))
    unit.reload()


def work_of(database: Database, change: Json) -> int:
    """Return the number of function calls that build the VM 1 with a change, and look again at what others have."""

    def build(unit: UnitOfWork) -> int:
        now, vm = unit.account.clock.now(unit.real_now), vms.held(unit, 1)
        assert vm is not None
        others = Others(Source(unit.sql()), unit.account, vm)
        with counted_calls() as calls:
            spec = at_once(changing_vm(held_vm(unit, vm, now), change, now))
            at_once(preparing_vm(spec, present_context(others, now)))
            assert others.are_as_before(unit.sql())
        return calls.number

    database.run_now(DEMO, build)  # what the first one loads and compiles does not count
    return database.run_now(DEMO, build)


@pytest.mark.parametrize(
    "change",
    [
        {"cpu_count": 7},
        {"hostname": "db"},
        {"ip": "198.51.100.9"},
        {"snapshots": [SNAPSHOT]},
        {"tasks": [{"action": "status", "sequence": 5_000}]},
        {"tags": {"a": {"value": "1"}, "b": {"value": "2", "id": 5_000}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_costs_the_same_among_few_and_many_vms(time: FakeClock, change: Json) -> None:
    def work_among(number: int) -> int:
        with opened(time, clock="frozen", seed=SEED, scenario="empty") as database:
            database.run_now(DEMO, partial(load, number))
            return work_of(database, change)

    assert work_among(MANY) <= work_among(FEW) * ALLOWED
