"""Indexes stay in memory when SQL changes other records of their account."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from invapi_emulator.storage import vms
from invapi_emulator.storage.billing import INVOICE, INVOICES
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.tasks import TASK
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_record import VM
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen", scenario="hosting") as database:
        yield database


def remove_vm_by_sql(unit: UnitOfWork) -> int:
    first = vms.held_ids(unit)[0]
    vms.remove(unit.sql(), unit.account.id, unit.account.generation, first)
    return first


def test_a_reload_keeps_the_indexes_of_records_that_sql_did_not_change(database: Database) -> None:
    def changed(unit: UnitOfWork) -> None:
        invoices = unit.index(INVOICES)
        removed = remove_vm_by_sql(unit)
        unit.reload(VM, TASK)
        assert unit.index(INVOICES) is invoices
        assert removed not in vms.held_ids(unit)

    database.run_now(DEMO, changed)


def test_a_reload_makes_the_indexes_of_records_anew_that_the_unit_has_changed(database: Database) -> None:
    def changed(unit: UnitOfWork) -> None:
        last = unit.index(INVOICES).ascending[-1]
        found = unit.one(INVOICE, (last,))
        assert found is not None
        unit.add(INVOICE, (last + 1,), replace(found, id=last + 1))
        remove_vm_by_sql(unit)
        unit.reload(VM, TASK)
        assert unit.index(INVOICES).ascending[-1] == last + 1

    database.run_now(DEMO, changed)


def test_a_reload_that_names_no_records_keeps_no_index(database: Database) -> None:
    def changed(unit: UnitOfWork) -> None:
        invoices = unit.index(INVOICES)
        remove_vm_by_sql(unit)
        unit.reload()
        assert unit.index(INVOICES) is not invoices

    database.run_now(DEMO, changed)
