"""Many tasks or orders of an account are looked at with a few selects, not with one for each."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.instants import DAY, SECOND
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.storage import state_check, tasks
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import Emulator, Json

MANY = 150
MOST = 40
"""Maximum number of selects of a request here, with those of the workers meanwhile."""


def selects_of(monkeypatch: pytest.MonkeyPatch, request: Callable[[], object]) -> int:
    """Return how many selects the server makes meanwhile."""
    count = 0
    rows = Statement.rows

    def counted(statement: Statement[Any], *arguments: Any) -> list[Any]:
        nonlocal count
        count += 1
        return rows(statement, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(state_check, "ENABLED", False)  # it adds many statements
        patch.setattr(Statement, "rows", counted)
        request()
    return count


def invoices_of(orders: list[Json]) -> list[Json]:
    return [
        {
            "id": each["invoice"],
            "status": "Paid" if each["status"] == "failed" else "Unpaid",
            "items": [{"product": each["id"], "amount": "1"}],
        }
        for each in orders
    ]


def import_world(emulator: Emulator, orders: list[Json]) -> list[str]:
    """Give the account some orders, and one VM with many tasks, of which every second one ends. Return their keys."""
    started = [
        {"action": "get_snapshot", "due_at": f"2030-01-0{number % 2 + 1}T00:00:05Z"} for number in range(MANY)
    ]
    vms = [{"id": 1, "tasks": started}]
    emulator.control(
        "PUT", "/state", {"version": 1, "vms": vms, "orders": orders, "invoices": invoices_of(orders)}
    )
    emulator.advance(seconds=30)
    return [task["key"] for task in emulator.control("GET", "/tasks")["tasks"]]


def order(number: int, status: str = "awaiting_payment", key: str | None = None) -> Json:
    return {"id": number, "invoice": number, "preset": "vm.pico", "price": "1", "status": status, "key": key}


def remove(emulator: Emulator) -> None:
    assert emulator.http.delete("/_emulator/accounts/demo/vms/1").status_code == HTTPStatus.NO_CONTENT


def cancel(emulator: Emulator) -> None:
    assert emulator.call("whmcs", "request_cancellation", id=1, cancellation_type=1)["result"] == "OK"


@pytest.mark.parametrize("end", [remove, cancel])
def test_a_vm_goes_without_a_select_for_each_of_its_tasks(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator, end: Callable[[Emulator], None]
) -> None:
    keys = import_world(emulator, [])
    assert len(keys) == MANY
    assert selects_of(monkeypatch, lambda: end(emulator)) < MOST
    assert emulator.control("GET", "/tasks")["tasks"] == []
    assert {emulator.check(key)["reason"] for key in keys} == {"key_not_found"}


def test_orders_without_a_server_are_listed_without_a_select_for_each(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    import_world(emulator, [order(number) for number in range(1, MANY + 1)])
    assert selects_of(monkeypatch, lambda: emulator.eq("update_servers")) < MOST
    listed = emulator.eq("update_servers")["billing_servers"]
    assert [each["id"] for each in listed] == list(range(1, MANY + 1))


def test_the_keys_of_failed_deploys_are_listed_without_a_select_for_each(
    monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    keys = import_world(emulator, [])
    failed = [order(number, "failed", key) for number, key in enumerate([*keys, "0" * 32], 1)]
    world = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", {**world, "orders": failed, "invoices": invoices_of(failed)})
    assert selects_of(monkeypatch, lambda: emulator.eq("update_servers")) < MOST
    told = emulator.eq("update_servers")["deploy_keys"]
    assert list(told.values()) == keys
    emulator.advance(seconds=DAY // SECOND)  # one half ended before that, the other one meanwhile
    assert list(emulator.eq("update_servers")["deploy_keys"].values()) == keys[1::2]


def reading(number: int) -> Task:
    stages = (PlannedStage("read", DAY),)
    return Task(f"key-{number}", "vm", "get_snapshot", 12345, number, {}, stages, 0, DAY)


@pytest.mark.parametrize("count", [5, MANY])
def test_keys_are_known_with_the_units_own_changes(time: FakeClock, count: int) -> None:
    keys = {f"key-{number}" for number in range(count)}

    def start(unit: UnitOfWork) -> None:
        for number in range(count - 1):
            tasks.add(unit, reading(number))

    def change(unit: UnitOfWork) -> None:
        tasks.drop(unit, ["key-1"])
        tasks.save(unit, replace(reading(2), state="done", ended_at=0))
        tasks.add(unit, reading(count - 1))
        assert tasks.with_known_keys(unit, keys, DAY) == keys - {"key-1", "key-2"}
        assert tasks.with_known_keys(unit, keys, 1) == keys - {"key-1"}
        tasks.remove_of_vm(unit, 12345, kept="key-3")
        assert tasks.with_known_keys(unit, keys, 1) == {"key-3"}

    def known(unit: UnitOfWork) -> set[str]:
        return tasks.with_known_keys(unit, keys, 1)

    with opened(time) as database:
        database.run_now(DEMO, start)
        database.run_now(DEMO, change)
        assert database.run_now(DEMO, known) == {"key-3"}
        database.states.drop(DEMO)
        assert database.run_now(DEMO, known) == {"key-3"}
