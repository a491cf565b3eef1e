"""Statements that go to the driver give the same as SQLAlchemy: rows, changes, errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError, ProgrammingError

from invapi_emulator.domain.snapshots import RotationSettings
from invapi_emulator.storage import accounts, snapshots
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import account, rotation, snapshot, vm
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened

VM = 12345


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


@pytest.mark.parametrize("table", [vm, account, snapshot, rotation], ids=lambda table: table.name)
def test_rows_are_the_same_as_sqlalchemys(database: Database, table: Table) -> None:
    everything = select(table)
    with database.read() as tx:
        plain = [tuple(row) for row in tx.execute(everything)]
        assert plain
        found: list[Any] = Statement(everything, lambda *row: row).all(tx)
    assert sorted(map(str, plain)) == sorted(map(str, found))


def test_values_are_converted_as_their_columns_require(database: Database) -> None:
    odd = RotationSettings(enabled=True, excluded=("a", "ß\0", "😀"))
    database.run_now(DEMO, lambda unit: snapshots.save_settings(unit, VM, "t", odd))
    with database.read() as tx:
        stored = tx.execute(select(rotation).where(rotation.c.type == "t")).one()
        assert (stored.enabled, stored.excluded) == (True, list(odd.excluded))
    other = RotationSettings(enabled=False)
    database.run_now(DEMO, lambda unit: snapshots.save_settings(unit, VM, "t", other))
    database.states.drop(DEMO)
    assert database.run_now(DEMO, lambda unit: snapshots.settings_of_type(unit, VM, "t")) == other


def test_errors_are_the_same_as_sqlalchemys_and_do_not_show_the_values(database: Database) -> None:
    wanted = Statement(select(vm.c.id).where(vm.c.hostname == bindparam("secret")), int)
    with database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE vm RENAME TO gone")
    with pytest.raises((OperationalError, ProgrammingError)) as told, database.read() as tx:
        wanted.all(tx, secret="hidden-value")
    assert "vm" in str(told.value)
    assert "hidden-value" not in str(told.value)


def test_an_account_row_is_read_as_it_was_written(database: Database) -> None:
    before = database.run_now(DEMO, lambda unit: unit.account)
    with database.read() as tx:
        assert accounts.by_name(tx, "demo") == before


@pytest.mark.parametrize("value", ["😀", "ß\ud800", "\0", 2**64 - 1])
def test_json_columns_are_ascii_so_their_length_is_in_bytes(value: object) -> None:
    column = Json()
    text = column.process_bind_param({"a": value}, sqlite.dialect())
    assert text.isascii()
    assert column.process_result_value(text, sqlite.dialect()) == {"a": value}
