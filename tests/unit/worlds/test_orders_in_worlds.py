"""Orders, payments, cancellations and phases in worlds and exports."""

from typing import Any

import pytest

from tests.support.harness import Emulator, Json
from tests.support.orders import (
    DAY,
    MEDIUM,
    PICO,
    cancel,
    credit,
    deploy,
    invoices,
    pay,
    place_order,
    updated,
)

INVOICE: Json = {"id": 5, "status": "Paid", "items": [{"product": 7, "amount": 4}]}
ORDER: Json = {"id": 7, "invoice": 5, "server": 1, "preset": "vm.pico", "price": 4}


def put(emulator: Emulator, status: int = 200, **told: Any) -> Json:
    world = {"version": 1, "vms": [{"id": 1}], "invoices": [INVOICE], "orders": [ORDER]} | told
    return emulator.control("PUT", "/state", world, status=status)


AWAITING: Json = {"id": 7, "invoice": 5, "status": "awaiting_payment", "preset": "vm.pico", "price": 4}
UNPAID: Json = {"id": 5, "items": [{"product": 7, "amount": 4}]}


def test_only_the_orders_own_invoice_begins_its_deploy(emulator: Emulator) -> None:
    other = UNPAID | {"id": 6}
    put(emulator, vms=[], orders=[AWAITING], invoices=[UNPAID, other])
    pay(emulator, 6)
    (order,) = emulator.control("GET", "/orders")["orders"]
    assert order["status"] == "awaiting_payment"
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    pay(emulator, 5)
    (order,) = emulator.control("GET", "/orders")["orders"]
    assert order["status"] == "deploying"


@pytest.mark.parametrize(
    "items", [[{"product": 8, "amount": 4}], [{"type": "Other", "product": 7, "amount": 4}]]
)
def test_an_order_whose_invoice_could_never_begin_its_deploy_is_refused(
    emulator: Emulator, items: Json
) -> None:
    error = put(emulator, 422, vms=[], orders=[AWAITING], invoices=[UNPAID | {"items": items}])["error"]
    assert error["field"] == "orders.0.invoice"
    assert "whose product is 7: its payment begins the deploy" in error["message"]


def test_an_invoice_of_more_than_a_world_can_have_is_refused(emulator: Emulator) -> None:
    items = [{"product": 0, "type": "Other", "amount": 10**13}] * 2
    error = put(emulator, 422, vms=[], orders=[], invoices=[UNPAID | {"items": items}])["error"]
    assert error["field"] == "invoices.0.items"
    assert "together at most 10000000000000.00" in error["message"]


@pytest.mark.parametrize("number", [30_001, 2**53])
def test_a_server_gets_no_id_that_another_had_or_no_world_takes(emulator: Emulator, number: int) -> None:
    former = ORDER | {"id": 2, "status": "cancelled", "server": 50_001}
    unpaid = UNPAID | {"id": 6, "items": [{"product": number, "amount": 4}]}
    awaiting = AWAITING | {"id": number, "invoice": 6}
    put(emulator, vms=[], orders=[former, awaiting], invoices=[INVOICE, unpaid])
    pay(emulator, 6)
    server = emulator.control("GET", "/orders")["orders"][-1]["server"]
    assert 50_001 < server <= 2**53
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))


def test_an_export_in_the_middle_of_everything_imports_again(emulator: Emulator) -> None:
    first = deploy(emulator, hostname="a.example.com")
    cancel(emulator, deploy(emulator))
    cancel(emulator, first, cancellation_type=0)
    failing = place_order(emulator)
    emulator.control("POST", f"/tasks/{failing['callback']}/fail")
    place_order(emulator, **MEDIUM)
    under_way = place_order(emulator)
    exported = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", exported)
    again = emulator.control("GET", "/state")
    assert again == exported
    assert updated(emulator)["deploy_keys"] == {str(under_way["invoice"]): under_way["callback"]}
    emulator.advance(until=under_way["callback"])
    assert emulator.check(under_way["callback"])["result"] == "OK"
    ledger = emulator.control("GET", "/ledger")
    assert ledger["credit"] == credit(emulator) == "134.50"


def test_an_order_keeps_the_key_of_its_deploy_in_its_account_alone(emulator: Emulator) -> None:
    deploy(emulator)
    orders, world = emulator.control("GET", "/orders"), emulator.control("GET", "/state")
    (key,) = {order["key"] for order in orders["orders"]}
    emulator.control("PUT", "/state", world)
    assert emulator.control("GET", "/orders") == orders
    emulator.http.post("/_emulator/accounts", json={"name": "other", "scenario": "hosting"})
    other = "/_emulator/accounts/other"
    issued = emulator.http.put(f"{other}/state", json=world).json()["keys"]
    (order,) = emulator.http.get(f"{other}/orders").json()["orders"]
    assert order["key"] == issued[key] != key
    emulator.advance(2 * DAY)  # the task has aged out
    world = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", world)
    assert emulator.control("GET", "/orders")["orders"][0]["key"] == key
    emulator.http.delete(other)


def test_numbers_go_on_after_an_import(emulator: Emulator) -> None:
    deploy(emulator)
    cancel(emulator, deploy(emulator))
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    assert deploy(emulator) == 50003
    assert invoices(emulator)[-1]["id"] == 100003


def test_a_world_of_an_order_is_rented_and_renewed(emulator: Emulator) -> None:
    put(emulator)
    emulator.advance(32 * DAY)
    assert [each["status"] for each in emulator.control("GET", "/invoices")["invoices"]] == ["Paid", "Paid"]
    assert credit(emulator) == "146.50"


def test_an_order_of_a_world_may_await_payment(emulator: Emulator) -> None:
    unpaid = INVOICE | {"status": "Unpaid"}
    put(emulator, invoices=[unpaid], orders=[ORDER | {"server": None, "status": "awaiting_payment"}])
    pay(emulator, 5)
    emulator.advance(until="idle")
    assert len(emulator.call("eq", "list")["servers"]) == 2


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"orders": [ORDER, ORDER]}, "orders.1.id"),
        ({"orders": [ORDER, ORDER | {"id": 8}]}, "orders.1.server"),
        ({"orders": [ORDER | {"invoice": 6}]}, "orders.0.invoice"),
        ({"orders": [ORDER | {"server": 2}]}, "orders.0.server"),
        ({"orders": [ORDER | {"server": None}]}, "orders.0.server"),
        ({"orders": [ORDER | {"status": "failed"}]}, "orders.0.server"),
        ({"orders": [ORDER | {"status": "deploying"}]}, "orders.0.status"),
        ({"orders": [ORDER | {"status": "awaiting_payment", "server": None}]}, "orders.0.status"),
        ({"orders": [ORDER | {"price": -1}]}, "orders.0.price"),
        ({"orders": [ORDER | {"price": "1.001"}]}, "orders.0.price"),
        ({"orders": [ORDER | {"period": "weekly"}]}, "orders.0.period"),
        ({"orders": [ORDER | {"rent_due_at": "2029-01-01"}]}, "orders.0.rent_due_at"),
        ({"orders": [ORDER | {"suspends_at": "2029-01-01"}]}, "orders.0.suspends_at"),
        ({"orders": [ORDER | {"created_at": "2031-01-01"}]}, "orders.0.created_at"),
        ({"orders": [ORDER | {"rent_since": "2031-01-01"}]}, "orders.0.rent_since"),
        (
            {
                "invoices": [INVOICE | {"status": "Unpaid"}],
                "orders": [ORDER | {"status": "awaiting_payment", "server": None, "preset": "none"}],
            },
            "orders.0.preset",
        ),
        ({"vms": [{"id": 1, "phase": "deploying", "power": "off"}]}, "vms.0.phase"),
        ({"vms": [{"id": 1, "tasks": [{"action": "order_instance"}]}]}, "vms.0.phase"),
        ({"vms": [{"id": 1, "phase": "suspended"}]}, "vms.0.power"),
        ({"vms": [{"id": 1}, {"id": 2, "phase": "suspended", "power": "off"}]}, "vms.1.phase"),
        ({"vms": [{"id": 1, "engine": "supermicro"}]}, "vms.0.engine"),
        ({"vms": [{"id": 1, "kind": "dedicated", "engine": "ovirt"}]}, "vms.0.engine"),
        ({"vms": [{"id": 1, "kind": "dedicated", "snapshots": [{"name": "a"}]}]}, "vms.0.snapshots"),
        ({"vms": [{"id": 1, "cancellation": {"reason": "a", "ends_at": "2029-01-01"}}]}, "vms.0.cancellation.ends_at"),
        ({"vms": [{"id": 1, "cancellation": {"reason": "a"}}]}, "vms.0.cancellation.ends_at"),
        ({"invoices": [INVOICE, INVOICE]}, "invoices.1.id"),
        ({"invoices": [INVOICE | {"items": [{"product": 0, "amount": 1}]}]}, "invoices.0.items.0.product"),
        (
            {"invoices": [INVOICE | {"payments": [{"at": "2029-01-01", "amount": 5, "source": "credit"}]}]},
            "invoices.0.payments",
        ),
        (
            {"invoices": [INVOICE | {"payments": [{"at": "2031-01-01", "amount": 1, "source": "credit"}]}]},
            "invoices.0.payments.0.at",
        ),
        ({"counters": {"sequence": 0, "orders": 10**15 + 1}}, "counters.orders"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_with_its_place(emulator: Emulator, told: Json, place: str) -> None:
    before = emulator.control("GET", "/state")
    error = put(emulator, 422, **told)["error"]
    assert error["field"] == place, error
    assert emulator.control("GET", "/state") == before


def test_a_phase_follows_from_the_order_alone(emulator: Emulator) -> None:
    added = emulator.control("POST", "/vms", {"id": 9, "phase": "suspended", "power": "off"}, status=422)
    assert added["error"]["field"] == "phase"
    changed = emulator.control("PATCH", "/vms/12345", {"phase": "suspended", "power": "off"}, status=422)
    assert changed["error"]["field"] == "phase"


def test_removing_a_server_by_hand_ends_its_order(emulator: Emulator) -> None:
    server = deploy(emulator)
    assert emulator.http.delete(f"/_emulator/accounts/demo/vms/{server}").status_code == 204
    (order,) = emulator.control("GET", "/orders")["orders"]
    assert order["status"] == "cancelled"
    emulator.advance(60 * DAY)
    assert len(invoices(emulator)) == 1


def test_a_server_may_be_added_with_the_id_of_one_that_is_gone(emulator: Emulator) -> None:
    server = deploy(emulator)
    cancel(emulator, server)
    emulator.control("POST", "/vms", {"id": server}, status=201)
    exported = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", exported)
    assert emulator.eq("show", server)["account_id"] == server
    assert deploy(emulator) == server + 1
    cancel(emulator, server)
    (first, second) = emulator.control("GET", "/orders")["orders"]
    assert (first["status"], second["status"]) == ("cancelled", "active")


def test_removing_a_server_that_is_being_deployed_ends_its_order(emulator: Emulator) -> None:
    emulator.call("eq", "order_instance", **PICO)
    assert emulator.http.delete("/_emulator/accounts/demo/vms/50001").status_code == 204
    assert updated(emulator)["billing_servers"] == []
    emulator.advance(until="idle")


def test_a_reset_removes_orders_and_what_was_paid(emulator: Emulator) -> None:
    deploy(emulator)
    emulator.reset()
    assert emulator.control("GET", "/orders")["orders"] == []
    assert credit(emulator) == "150.50"
    assert deploy(emulator) == 50001


def test_an_import_keeps_the_order_of_a_failed_deploy_but_not_its_task(emulator: Emulator) -> None:
    emulator.fault("deploy_fails")
    key = place_order(emulator)["callback"]
    emulator.advance(until="idle")
    exported = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", exported)
    (order,) = exported["orders"]
    assert (order["status"], order["key"]) == ("failed", key)
    assert "not found" in str(emulator.check(key))
    assert updated(emulator)["deploy_keys"] == []
    assert emulator.control("GET", "/state") == exported
