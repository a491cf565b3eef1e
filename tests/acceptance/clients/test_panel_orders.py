"""Servers that a panel sells, watches and cancels, and the invoices that it pays, played by a Node program over HTTPS."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    asked,
    credit_of,
    failure,
    invoices,
    orders,
    pay_from_outside,
    set_credit,
)
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

MARKER = "gw-0b5c1f6e-8a1d-4c59-9d0e-3f2a7b6c5d4e"
SHOP = ["order", "shop", MARKER, "108", "NL", "219"]
"""An order of the panel: name, marker, preset, location, operating system."""

ASKED_FOR_AN_ORDER = ["auth/login", "whmcs/get_client", "presets/list", "os/list", "traffic_plans/list"]


def place_order(panel: Program, **variables: str) -> Json:
    ran = panel(0, *SHOP, **variables)
    assert ran.ok, ran
    operation: Json = ran.told["read"]
    return operation


def listed(panel: Program) -> dict[str, Json]:
    """Return the servers of the panel's inventory by name."""
    return {row["name"]: row for row in panel(0, "inventory").told["read"]}


def test_an_order_runs_until_its_server_is_in_the_inventory(panel: Program, account: Account) -> None:
    operation = place_order(panel)
    assert (operation["status"], "resource" in operation) == ("running", False)
    assert asked(account) == [*ASKED_FOR_AN_ORDER, "eq/order_instance"]
    name = f"shop-{MARKER}"
    assert name not in listed(panel)
    looks = [panel(0, "watch", operation["id"]).told["read"] for _ in range(2)]
    assert [look["status"] for look in looks] == ["running", "succeeded"]
    server = listed(panel)[name]
    assert (server["id"], server["power"], server["location"]) == (looks[1]["resource"], "running", "NL")
    assert (server["cpu"], server["memoryMb"], len(server["addresses"])) == (1, 1024, 1)
    assert panel(0, "find", MARKER).told["read"] == "100001"
    assert all(call["unread"] in ([], ["token"]) for call in account.requests())


def test_an_order_names_what_the_customer_chose(panel: Program, account: Account) -> None:
    place_order(panel)
    (order,) = account.requests(action="order_instance")
    assert order["fields"] == {
        "action": "order_instance", "token": "***", "preset": "vm.pico", "location_name": "NL", "os_id": "219",
        "hostname": f"shop-{MARKER}", "root_pass": "***", "deploy_period": "monthly", "traffic_plan": "25",
    }  # fmt: skip
    (plans,) = account.requests(module="traffic_plans")
    assert plans["in_query"] == ["action", "location", "instance"]


def test_a_cancelled_server_leaves_the_inventory(panel: Program, account: Account) -> None:
    place_order(panel)
    account.advance_until_idle()
    cancelled = panel(50001, "cancel").told["read"]
    assert cancelled == {"id": "cancel:50001", "resource": "50001", "status": "pending"}
    assert panel(0, "watch", "cancel:50001").told["read"]["status"] == "succeeded"
    assert panel(50001, "resource").told["read"] is None
    assert f"shop-{MARKER}" not in listed(panel)


@pytest.mark.parametrize(
    ("option", "seconds"), [("A-44=after-five-minutes", 300), ("A-46=end-of-period", 32 * 86_400)]
)
def test_a_cancellation_is_watched_until_the_server_goes(
    panel: Program, account: Account, option: str, seconds: int
) -> None:
    assumption, _, word = option.partition("=")
    account.assume({assumption: word})
    place_order(panel)
    account.advance_until_idle()
    assert panel(50001, "cancel").ok
    assert panel(0, "watch", "cancel:50001").told["read"]["status"] == "pending"
    account.advance(seconds)
    assert panel(0, "watch", "cancel:50001").told["read"]["status"] == "succeeded"


def test_an_unpaid_order_is_paid_from_the_credit_when_there_is_enough(
    panel: Program, account: Account
) -> None:
    set_credit(account, "3.50")
    assert place_order(panel) == {"id": None, "status": "awaiting_payment"}
    invoice = panel(0, "find", MARKER).told["read"]
    pay = ["pay", invoice, MARKER, "4.00", "EUR"]
    assert failure(panel(0, *pay)) == ("not enough credit", 409, False)
    top_up = panel(0, "top-up", "10", MARKER).told["read"]
    pay_from_outside(account, int(top_up["invoice"]))
    assert panel(0, *pay).told["read"] == {"paid": "4.00"}
    assert (credit_of(account), orders(account)[0]["status"]) == ("9.50", "deploying")
    assert panel(0, *pay).told["read"] == {"paid": "0.00"}
    assert asked(account, action="apply_credit") == ["whmcs/apply_credit"]
    account.advance_until_idle()
    assert f"shop-{MARKER}" in listed(panel)
    assert panel(0, "summary").told["read"]["balance"] == "9.50 EUR"


@pytest.mark.parametrize(
    ("invoice", "marker", "agreed"),
    [
        ("100001", MARKER, "3.99"),
        ("7002", MARKER, "9.00"),
        ("100001", MARKER.replace("gw-0", "gw-1"), "4.00"),
    ],
)
def test_another_invoice_or_a_higher_amount_is_not_paid(
    panel: Program, account: Account, invoice: str, marker: str, agreed: str
) -> None:
    set_credit(account, "3.50")
    place_order(panel)
    set_credit(account, "50")
    assert failure(panel(0, "pay", invoice, marker, agreed, "EUR"))[1] == 409
    assert asked(account, action="apply_credit") == []
    assert {row["id"]: row["status"] for row in invoices(account)}[100001] == "Unpaid"


def test_a_dedicated_server_is_not_offered(panel: Program, account: Account) -> None:
    assert failure(panel(0, "order", "metal", MARKER, "310", "NL", "219"))[:2] == (
        "preset, location or OS is unavailable",
        400,
    )
    assert asked(account, action="order_instance") == []
