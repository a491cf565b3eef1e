"""Contract 11.7: an account that is full of invoices is sold nothing more, and keeps what it has."""

import pytest

from invapi_emulator.actions import most
from invapi_emulator.domain.billing import MOST_INVOICES
from invapi_emulator.engine.renting import rents
from tests.support.harness import Emulator
from tests.support.money_books import cents
from tests.support.orders import credit, deploy, invoices, order

FEW = 10
"""What is the most in these tests. The demo's account begins with two."""

HOUR = 3600


@pytest.fixture
def rented(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a server that is rented by the hour, in an account that takes few invoices."""
    for module in (most, rents):
        monkeypatch.setattr(module, "MOST_INVOICES", FEW)
    emulator.control("PATCH", "", {"prepaid": True})
    return deploy(emulator, deploy_period="hourly")


@pytest.mark.clause("11.7")
def test_rents_end_when_the_account_is_full_of_invoices(emulator: Emulator, rented: int) -> None:
    told = emulator.advance(100 * HOUR)
    ended = [event for event in told["events"] if event["kind"] == "rents_ended"]
    number = ended[0]["order"]
    assert [(event["order"], event["invoices"]) for event in ended] == [(number, FEW)]
    assert len(emulator.control("GET", "/invoices")["invoices"]) == FEW
    (of_server,) = emulator.control("GET", "/orders")["orders"]
    assert (of_server["id"], of_server["status"], of_server["rent_due_at"]) == (number, "active", None)
    assert emulator.eq("show", rented)["server_data"]["status"] == "rent"


@pytest.mark.clause("11.1", "11.6")
@pytest.mark.follows("A-06")
def test_nothing_more_is_sold_to_an_account_full_of_invoices(emulator: Emulator, rented: int) -> None:
    emulator.advance(100 * HOUR)
    before, owned = emulator.control("GET", "/state"), credit(emulator)
    funds = emulator.call("whmcs", "create_addfunds", amount=1)
    for refused in (order(emulator), funds):
        assert refused["reason"] == "not_supported"
        assert refused["message"] == (
            f"there are {FEW} invoices in this account, the most that this emulator keeps; reset the account"
        )
    assert (emulator.control("GET", "/state"), credit(emulator)) == (before, owned)
    assert emulator.eq("reinstall", rented)["reason"] != "not_supported"


@pytest.mark.clause("11.7")
def test_the_last_invoices_of_several_servers_are_counted_together(emulator: Emulator, rented: int) -> None:
    other = deploy(emulator, deploy_period="hourly")
    emulator.advance(100 * HOUR)
    assert len(emulator.control("GET", "/invoices")["invoices"]) == FEW
    assert {rented, other} == {each["server"] for each in emulator.control("GET", "/orders")["orders"]}
    ledger = emulator.control("GET", "/ledger")
    spent = sum(cents(entry["amount"]) for entry in ledger["entries"])
    assert cents(ledger["opening"]) + spent == cents(ledger["credit"]) == cents(credit(emulator))


@pytest.mark.clause("11.8")
def test_a_world_with_more_invoices_is_refused(emulator: Emulator) -> None:
    many = [
        {"id": number, "status": "Unpaid", "items": [{"product": 1, "amount": 4}]}
        for number in range(1, MOST_INVOICES + 2)
    ]
    told = emulator.control("PUT", "/state", {"vms": [], "invoices": many}, status=422)
    assert told["error"]["field"] == "invoices"
    assert f"{MOST_INVOICES}" in told["error"]["message"].replace(",", "")
    assert len(invoices(emulator)) == 0


@pytest.mark.clause("11.6")
@pytest.mark.parametrize("hours", [10, 150])
def test_a_cancellation_cancels_all_unpaid_invoices_of_its_server_and_no_others(
    emulator: Emulator, hours: int
) -> None:
    emulator.control("PATCH", "", {"prepaid": True})
    cancelled, other = (deploy(emulator, deploy_period="hourly") for _ in range(2))
    emulator.control("PATCH", "", {"credit": "0"})
    emulator.advance(hours * HOUR)
    unpaid = {each: unpaid_of(emulator, each) for each in (cancelled, other)}
    assert {len(numbers) for numbers in unpaid.values()} == {hours}
    emulator.call("whmcs", "request_cancellation", id=cancelled, cancellation_reason="x", cancellation_type=1)
    assert (unpaid_of(emulator, cancelled), unpaid_of(emulator, other)) == (set(), unpaid[other])
    found = {each["id"]: each["status"] for each in emulator.control("GET", "/invoices")["invoices"]}
    assert {found[number] for number in unpaid[cancelled]} == {"Cancelled"}


def unpaid_of(emulator: Emulator, server: int) -> set[int]:
    """Return the numbers of the unpaid invoices that are for a server."""
    return {
        each["id"]
        for each in emulator.control("GET", "/invoices")["invoices"]
        if each["status"] == "Unpaid" and server in {item["server"] for item in each["items"]}
    }
