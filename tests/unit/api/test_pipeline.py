"""The steps of a call, and what each finds out."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from invapi_emulator.api import pipeline
from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.pipeline import STEPS
from invapi_emulator.contract.clauses import clauses
from invapi_emulator.storage import faults
from invapi_emulator.storage.database import Database
from tests.support.calls import DEMO, called
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import SEED, TOKEN

STEP_OF = {
    "body": "check_form",
    "token": "authenticate",
    "parameters": "validate",
    "fault rules": "fire_before",
    "vm_not_found": "handle",
}
"""The step of each refusal in the contract. Module and action are known before the first step."""

LATER = frozenset({"look_up_answer", "settle_due_tasks"})
"""The steps that refuse nothing."""


@pytest.mark.clause("2.8")
def test_the_steps_follow_the_contracts_order_of_refusals() -> None:
    order = clauses()["2.8"].text.partition(":")[2].rstrip(".")
    refusals = [re.sub(r"\(.*?\)", "", part).strip() for part in order.split(",")]
    known = [refusal for refusal in refusals if refusal in STEP_OF]
    assert known == list(STEP_OF)
    assert [STEP_OF[refusal] for refusal in known] == [
        step.__name__ for step in STEPS if step.__name__ not in LATER
    ]


class Watched(Exchange):
    """An exchange that counts how often steps set each of its fields."""

    __slots__ = ("sets",)
    sets: Counter[str]

    def __init__(self, *values: Any, **named: Any) -> None:
        object.__setattr__(self, "sets", Counter[str]())
        super().__init__(*values, **named)
        self.sets.clear()

    def __setattr__(self, name: str, value: Any) -> None:
        self.sets[name] += 1
        super().__setattr__(name, value)


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, clock="frozen", seed=SEED) as database:
        yield database


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "get_snapshot", "id": "12345"},
        {"action": "get_snapshot", "id": "99999"},
        {"action": "get_snapshot", "id": "x"},
        {"action": "get_snapshot", "id": "12345", "token": "wrong"},
        {"action": "create_snapshot", "id": "12345", "name": "a"},
        {"action": "get_engine"},
    ],
    ids=["answered", "refused", "invalid", "of nobody", "with a task", "without a VM"],
)
def test_each_field_is_set_once(
    monkeypatch: pytest.MonkeyPatch, database: Database, fields: dict[str, str]
) -> None:
    monkeypatch.setattr(pipeline, "Exchange", Watched)
    exchange = called(database, "vm", **({"token": TOKEN} | fields))
    assert isinstance(exchange, Watched)
    assert exchange.sets["answer"] == 1
    assert max(exchange.sets.values()) == 1, exchange.sets


@pytest.mark.parametrize(
    "rule",
    [{"kind": "reject"}, {"kind": "latency", "seconds": 0}, {"kind": "lost_reply"}],
    ids=lambda rule: rule["kind"],
)
def test_each_field_is_set_once_where_a_fault_rule_fires(
    monkeypatch: pytest.MonkeyPatch, database: Database, rule: dict[str, Any]
) -> None:
    database.run_now(DEMO, lambda unit: faults.add(unit, faults.Rule(1, rule)))
    monkeypatch.setattr(pipeline, "Exchange", Watched)
    exchange = called(database, "vm", token=TOKEN, action="create_snapshot", id="12345", name="a")
    assert isinstance(exchange, Watched)
    assert exchange.fired == [rule["kind"]]
    assert max(exchange.sets.values()) == 1, exchange.sets
