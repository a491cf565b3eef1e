"""The statements of a call that are slower in a large store than in a small one, with their query plans."""

import asyncio
import itertools
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.growth.filled_store import BUSY, KEY, LISTED, TOKEN
from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import MINUTE
from invapi_emulator.engine.tasks.settle import move_clock, settle_due
from invapi_emulator.engine.worker import Worker
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import BUILT_IN, open_worlds
from invapi_emulator.storage import accounts
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.accounts import new_reset, reset_account
from invapi_emulator.worlds.load import preparing
from invapi_emulator.worlds.steps import at_once
from tests.support.calls import called

TIMES = 15
LONGER, AT_LEAST_MS = 1.5, 0.2
"""How many times slower, and how much slower, a statement must be to be blamed."""

Statements: TypeAlias = dict[str, tuple[str, list[float]]]
"""By text without values: the text with values, and the milliseconds of each run."""

_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


@dataclass(frozen=True, slots=True)
class Blamed:
    call: str
    statement: str
    small_ms: float
    large_ms: float
    plan: tuple[str, ...]


def blamed(small: Path, large: Path) -> list[Blamed]:
    """Return the statements that grew, with their plans in the large store."""
    before = {call: statements for call, statements, _ in _statements_in(small)}
    return [
        Blamed(call, " ".join(statement.split()), was, now, _plan(database, example))
        for call, statements, database in _statements_in(large)
        for statement, (example, times) in statements.items()
        if len(times) > TIMES / 2
        for was in [statistics.median(before[call].get(statement, ("", [0.0]))[1])]
        for now in [statistics.median(times)]
        if now > LONGER * was and now - was > AT_LEAST_MS
    ]


def _statements_in(file: Path) -> Iterator[tuple[str, Statements, Database]]:
    database = open_worlds(read_settings({"db": str(file)}), real_time())
    steps: dict[str, Callable[[], None]] = {
        "get_snapshot": lambda: _call(database, "vm", action="get_snapshot", token=TOKEN, id=str(LISTED)),
        "create_snapshot, and its end": lambda: _create(database),
        "check": lambda: _call(database, "eq_callback", action="check", key=KEY),
        "reset": lambda: _reset(database),
        "list": lambda: _call(database, "eq", action="list", token=TOKEN),
        "the worker, after each": lambda: _work(database),
    }
    for name, step in steps.items():
        with _listening(database) as statements:
            for _ in range(TIMES):
                step()
        yield name, statements, database
    database.close()


@contextmanager
def _listening(database: Database) -> Iterator[Statements]:
    """Yield a dict that holds SQLite's statements after the block. Most do not go through SQLAlchemy."""
    heard: Statements = {}
    traced: list[tuple[str, float]] = []
    with database.read() as tx:
        driver = tx.connection.connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(lambda statement: traced.append((statement, time.perf_counter())))
    yield heard
    driver.set_trace_callback(None)
    traced.append(("", time.perf_counter()))
    for (statement, started_at), (_, next_at) in itertools.pairwise(traced):
        if not statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            continue  # the time until the next statement is Python's
        took = next_at - started_at
        if statement.startswith("SELECT"):  # finished only with its last row, so run it again completely
            again_at = time.perf_counter()
            driver.execute(statement).fetchall()
            took = time.perf_counter() - again_at
        heard.setdefault(_VALUES.sub("?", statement), (statement, []))[1].append(took * 1000)


def _call(database: Database, module: str, **fields: str) -> None:
    called(database, module, **fields)


def _create(database: Database) -> None:
    """Make a snapshot, and advance the time until it is done."""
    name = f"at-{database.real_time()}"
    _call(database, "vm", action="create_snapshot", token=TOKEN, id=str(BUSY), name=name)

    def later(unit: UnitOfWork) -> bool:
        return settle_due(unit, unit.account.clock.now(unit.real_now))

    measured = _id_of(database, "measured")
    database.run_now(measured, lambda unit: move_clock(unit, unit.account.clock.now(unit.real_now) + MINUTE))
    while database.run_now(measured, later):
        pass


def _reset(database: Database) -> None:
    one_vm = BUILT_IN.find("one-vm")
    assert one_vm is not None
    world = one_vm.world

    def reset(unit: UnitOfWork) -> None:
        reset_account(unit, at_once(preparing(new_reset(unit, one_vm, None), world)))

    database.run_now(_id_of(database, "small"), reset)


def _id_of(database: Database, name: str) -> int:
    with database.read() as tx:
        found = accounts.by_name(tx, name)
    assert found is not None
    return found.id


def _work(database: Database) -> None:
    asyncio.run(Worker(database)._work())


def _plan(database: Database, statement: str) -> tuple[str, ...]:
    with database.read() as tx:
        return tuple(row[3] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
