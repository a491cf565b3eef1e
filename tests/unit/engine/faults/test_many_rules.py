"""The cost of rules for calls that do not match, counted in function calls: no clock is as steady."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from invapi_emulator.storage import faults, state_check
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO, called
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import SEED, TOKEN

RULES = 1_000
ALLOWED = 1.2
"""Maximum additional work, as a part of the work without rules."""

OTHER: dict[str, Callable[[int], dict[str, Any]]] = {
    "of another action": lambda _n: {"kind": "reject", "match": {"action": "remove_snapshot"}},
    "of another VM": lambda n: {"kind": "reject", "match": {"id": 50_000 + n}},
    "of another module": lambda _n: {"kind": "latency", "seconds": 1, "match": {"module": "auth"}},
    "of another action on this VM": lambda _n: {"kind": "reject", "match": {"id": 12345, "action": "off"}},
    "of another name": lambda n: {"kind": "reject", "match": {"fields": {"name": f"other-{n}"}}},
    "of fields it has not": lambda n: {"kind": "reject", "match": {"fields": {f"other-{n}": "1"}}},
    "of an answer": lambda _n: {"kind": "lost_reply", "match": {"action": "off"}},
    "of a task": lambda n: {"kind": "task_fails", "match": {"action": "create_snapshot", "id": n + 1}},
}


@pytest.fixture
def database(time: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    # The comparison after each commit reads the rules again, and does not belong to the measurement.
    monkeypatch.setattr(state_check, "ENABLED", False)
    with opened(time, clock="frozen", seed=SEED) as database:
        yield database


def work_of(call: Callable[[], object]) -> int:
    """Return the number of function calls, of Python's and other functions."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


def create(database: Database, number: int) -> None:
    exchange = called(database, "vm", token=TOKEN, action="create_snapshot", id="12345", name=f"s{number}")
    assert exchange.answer is not None
    assert exchange.fired == []


def add(database: Database, rules: list[dict[str, Any]], first: int = 0) -> None:
    def work(unit: UnitOfWork) -> None:
        for number, rule in enumerate(rules, first):
            faults.add(unit, faults.Rule(number, rule))

    database.run_now(DEMO, work)


@pytest.mark.parametrize("rule", OTHER)
def test_a_thousand_rules_that_do_not_match_cost_next_to_nothing(database: Database, rule: str) -> None:
    create(database, 0)
    without = work_of(lambda: create(database, 1))
    add(database, [OTHER[rule](number) for number in range(RULES)])
    create(database, 2)  # this call parses those that it may match
    assert work_of(lambda: create(database, 3)) <= without * ALLOWED


def test_a_rule_is_not_parsed_before_a_call_may_match_it(database: Database) -> None:
    """To parse a rule is work for each of its fields. To store it is not."""

    def first_call(fields: int, number: int) -> None:
        match = {"id": 50_000, "fields": {f"field-{each}": "1" for each in range(fields)}}
        add(database, [{"kind": "reject", "match": match}] * 100, first=number * 100)
        create(database, number)

    create(database, 0)
    with_few = work_of(lambda: first_call(10, 1))
    assert work_of(lambda: first_call(90, 2)) < with_few * ALLOWED
