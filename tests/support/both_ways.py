"""A new database and a migrated one, compared column by column, with rows in them."""

import json
from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Connection, Engine, Float, Integer, MetaData, inspect, select

from invapi_emulator.storage.schema import alembic_config, prepare_schema
from invapi_emulator.storage.tables import metadata
from invapi_emulator.storage.versions import HEAD, VERSION_TABLE


def assert_migrated_is_as_made(new_engine: Callable[[], Engine], version: str) -> None:
    """Fill a database of an older version, migrate it, and compare it with a new one."""
    with new_engine().begin() as tx:
        prepare_schema(tx)
        made = tables_in(tx)
    with new_engine().begin() as tx:
        command.upgrade(alembic_config(tx), version)
        old = MetaData()
        old.reflect(tx)
        before = {name: fill(tx, old, name) for name in order_of(old)}
        assert prepare_schema(tx) == version
        differences = compare_metadata(MigrationContext.configure(tx), metadata)
        assert differences == [], differences
        assert tables_in(tx) == made
        assert held(tx, before) == before
        assert tx.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar_one() == HEAD


def tables_in(tx: Connection) -> dict[str, list[str]]:
    """Return the database's description of each table, without order: migrations add columns at the end."""
    seen = inspect(tx)
    parts = (seen.get_columns, seen.get_indexes, seen.get_unique_constraints, seen.get_foreign_keys)
    return {
        table: [
            str(seen.get_pk_constraint(table)),
            *sorted(json.dumps(row, default=str) for part in parts for row in part(table)),
        ]
        for table in seen.get_table_names()
        if table != VERSION_TABLE
    }


def order_of(old: MetaData) -> list[str]:
    return [table.name for table in old.sorted_tables if table.name != VERSION_TABLE]


def fill(tx: Connection, old: MetaData, name: str) -> dict[str, Any]:
    """Insert a row into a table, with every column set, and return it. `1` is a number, a word and JSON."""
    values: dict[type, Any] = {Boolean: True, Float: 1.0, BigInteger: 1, Integer: 1}
    row = {
        column.name: next((value for kind, value in values.items() if isinstance(column.type, kind)), "1")
        for column in old.tables[name].columns
    }
    tx.execute(old.tables[name].insert(), row)
    return row


def held(tx: Connection, before: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the former columns of each table's only row."""
    now = MetaData()
    now.reflect(tx, only=list(before))
    selected = {name: select(*(now.tables[name].c[column] for column in row)) for name, row in before.items()}
    return {name: dict(tx.execute(query).mappings().one()) for name, query in selected.items()}
