"""Prepared statements say what SQLAlchemy's own way says: rows, changes, errors."""

from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from handed import HandedTime, opened
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.prepared import Prepared, savepoint
from invapi_emulator.storage.tables import account, rotation, vm
from invapi_emulator.storage.transaction import Transaction

ROTATION = insert(rotation)
COLUMNS = ("account_id", "vm_id", "type", "enabled", "excluded")
ROW = {"account_id": 1, "vm_id": 12345, "type": "t", "enabled": True, "excluded": ["a", "ß\0"]}


@pytest.fixture
def database(time: HandedTime) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


@pytest.mark.parametrize("table", [vm, account], ids=["vm", "account"])
def test_rows_are_those_of_sqlalchemy(database: Database, table: object) -> None:
    assert table in (vm, account)
    everything = select(vm if table is vm else account)
    with database.read() as tx:
        plain = [row._asdict() for row in tx.execute(everything)]
        assert plain
        assert sorted(map(str, plain)) == sorted(str(row._asdict()) for row in Prepared(everything).all(tx))


def test_values_go_in_and_come_out_as_their_columns_want_them(database: Database) -> None:
    mine = rotation.c.type == bindparam("wanted")
    with database.write() as tx:
        Prepared(ROTATION, COLUMNS).run(tx, ROW)
        found = Prepared(select(rotation).where(mine)).first(tx, wanted="t")
        assert found is not None
        assert found._asdict() == ROW
        Prepared(update(rotation).where(mine), ("enabled",)).run(tx, {"enabled": False, "wanted": "t"})
        assert Prepared(select(rotation.c.enabled).where(mine)).scalar(tx, wanted="t") is False
        assert Prepared(select(rotation).where(mine)).first(tx, wanted="none") is None
        assert Prepared(select(rotation.c.enabled).where(mine)).scalar(tx, wanted="none") is None


def put_and_fail(tx: Transaction, row: dict[str, object]) -> None:
    Prepared(ROTATION, COLUMNS).run(tx, row)
    raise ZeroDivisionError


def types(tx: Transaction) -> set[str]:
    return {row.type for row in Prepared(select(rotation)).all(tx)}


def test_what_prepared_statements_did_is_rolled_back_with_the_rest(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        put_and_fail(tx, ROW)
    with database.read() as tx:
        assert "t" not in types(tx)


def test_a_savepoint_takes_back_its_block_only(database: Database) -> None:
    put = Prepared(ROTATION, COLUMNS)
    with database.write() as tx:
        put.run(tx, ROW)
        with pytest.raises(ZeroDivisionError), savepoint(tx):
            put_and_fail(tx, ROW | {"type": "u"})
        with savepoint(tx):
            put.run(tx, ROW | {"type": "v"})
        assert types(tx) >= {"t", "v"}
        assert "u" not in types(tx)


def lose_the_transaction(tx: Transaction) -> None:
    """Fail as SQLite does when a disk is full: the transaction is gone."""
    Prepared(text("ROLLBACK")).run(tx, {})
    Prepared(text("SELECT 1 FROM not_there")).all(tx)


def test_in_a_savepoint_too_a_lost_transaction_says_what_happened(database: Database) -> None:
    what = pytest.raises((OperationalError, ProgrammingError), match="not_there")
    with what, database.write() as tx, savepoint(tx):
        lose_the_transaction(tx)


def test_errors_are_those_of_sqlalchemy_and_do_not_show_the_values(database: Database) -> None:
    put = Prepared(ROTATION, COLUMNS)
    with database.write() as tx:
        put.run(tx, ROW)
    with pytest.raises(IntegrityError), database.write() as tx:
        put.run(tx, ROW)
    with (
        pytest.raises((OperationalError, ProgrammingError)) as told,
        database.write() as tx,
    ):
        Prepared(text("SELECT 1 FROM not_there WHERE 'a' = :secret")).all(tx, secret="hidden-value")
    assert "not_there" in str(told.value)
    assert "hidden-value" not in str(told.value)
