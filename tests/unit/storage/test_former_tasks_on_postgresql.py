"""The tasks of an account's former worlds on PostgreSQL: how they are found, and who may remove them."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import text

from invapi_emulator.clock import real_time
from invapi_emulator.engine.worker import Worker
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.task_lists import FREE_KEY
from tests.support.calls import DEMO
from tests.support.postgres_server import Postgres

_TASKS = """
INSERT INTO task (key, account_id, generation, module, action, vm_id, sequence, context, stages, created_at, state,
    stage, polls, spent, forgotten)
SELECT 'k' || n, account.id, account.generation - 1, 'eq', 'status', 12345, n, '{}', '[["only", 10]]', 0, 'done',
    0, 0, false, false
FROM account, generate_series(1, 500) n
"""
_COUNT = "SELECT count(*) FROM task"


@pytest.fixture
def database(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Database]:
    settings = read_settings({"db": postgres.url(request.node.name[-40:]), "seed": 7, "clock": "frozen"})
    with closing(open_worlds(settings, real_time())) as database:
        yield database


@pytest.fixture
def beside(database: Database) -> Iterator[psycopg.Connection]:
    """Return another connection to the database, in which each statement is committed at once."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_key_is_freed_by_itself_while_the_statistics_say_that_there_are_no_tasks(
    database: Database, beside: psycopg.Connection
) -> None:
    beside.execute("VACUUM ANALYZE task")
    beside.execute(_TASKS)
    sql = FREE_KEY.sql(database.engine.dialect)
    plan = "\n".join(str(row) for (row,) in beside.execute(f"EXPLAIN {sql}", ["k1", DEMO, 9]))
    assert "pk_task" in plan


def test_the_worker_leaves_the_former_tasks_of_an_account_that_another_holds(
    database: Database, beside: psycopg.Connection
) -> None:
    beside.execute("UPDATE account SET generation = generation + 1")
    beside.execute(_TASKS)

    def left() -> int:
        with database.read() as tx:
            return int(tx.execute(text(_COUNT)).scalar_one())

    async def live() -> list[int]:
        worker = Worker(database)
        found = []
        with beside.transaction():
            beside.execute("SELECT FROM account FOR UPDATE")
            await worker._work()
            found.append(left())
        await worker._work()
        return [*found, left()]

    assert asyncio.run(live()) == [500, 0]
