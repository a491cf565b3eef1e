"""The schema: made at once and migrated, it is the same; what is not ours is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, text

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage import accounts
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.schema import alembic_config, prepare_schema
from invapi_emulator.storage.tables import metadata
from invapi_emulator.storage.versions import HEAD


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(str(tmp_path / "worlds.db"), lambda: 0)
    yield database
    database.close()


def test_migrating_from_empty_gives_exactly_the_tables() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as tx:
        command.upgrade(alembic_config(tx), "head")
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        migrated = tables_in(tx)
    engine.dispose()
    engine = create_engine("sqlite://")
    with engine.begin() as tx:
        metadata.create_all(tx)
        made = tables_in(tx)
    engine.dispose()
    assert migrated == made


def tables_in(tx: Connection) -> dict[str, list[str]]:
    """Return what the database says of each table, in no order: migrations add columns at the end."""
    seen = inspect(tx)
    parts = (seen.get_columns, seen.get_indexes, seen.get_unique_constraints, seen.get_foreign_keys)
    return {
        table: [
            str(seen.get_pk_constraint(table)),
            *sorted(str(row) for part in parts for row in part(table)),
        ]
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_a_database_of_the_first_version_is_brought_up_to_date_with_what_it_holds(database: Database) -> None:
    with database.write() as tx:
        command.upgrade(alembic_config(tx), "0001")
        columns = {column["name"]: 0 for column in inspect(tx).get_columns("account")}
        words = {name: name for name in ("name", "api_key", "token", "user", "password", "scenario")}
        first = Table("account", MetaData(), autoload_with=tx)
        tx.execute(
            first.insert(), columns | words | {"id": 1, "clock_mode": "frozen", "start_mode": "frozen"}
        )
    prepare(database)
    with database.read() as tx:
        account = accounts.by_name(tx, "name")
        assert account is not None
        assert (account.faults_made, account.credentials.token) == (0, "token")


def prepare(database: Database) -> None:
    with database.write() as tx:
        prepare_schema(tx)


def test_a_new_database_is_stamped_with_the_newest_migration(database: Database) -> None:
    prepare(database)
    with database.read() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD
        assert ScriptDirectory.from_config(alembic_config(tx)).get_current_head() == HEAD


def test_preparing_twice_changes_nothing(database: Database) -> None:
    prepare(database)
    prepare(database)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("no/such/folder/worlds.db", "there is no directory"),
        ("mysql://localhost/worlds", "'mysql' is no database it can use"),
        ("sqlite:///no/such/folder/worlds.db", "there is no directory"),
        ("postgresql://127.0.0.1:1/worlds", "connection"),
        ("://", "no database URL"),
        (".", "Is a directory"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(where: str, says: str) -> None:
    with pytest.raises(CannotStart, match=says) as refused:
        open_database(where, lambda: 0)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("--db: ")
