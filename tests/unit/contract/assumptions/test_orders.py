"""The other options of the assumptions about orders, deploys and cancellations."""

import pytest

from tests.support.account_objects import add_api_key
from tests.support.harness import Emulator
from tests.support.orders import DAY, cancel, deploy, invoices, pay, place_order, updated


def test_an_order_may_answer_its_invoice_only(emulator: Emulator) -> None:
    emulator.assume({"A-41": "invoice-only"})
    answer = place_order(emulator)
    assert answer["status"] == "Paid"
    assert {"callback", "id"}.isdisjoint(answer)
    (key,) = updated(emulator)["deploy_keys"].values()
    assert emulator.check(key)["result"] == "Not ready"


def test_an_order_may_answer_the_servers_id_at_once(emulator: Emulator) -> None:
    emulator.assume({"A-41": "id-at-once"})
    answer = place_order(emulator)
    emulator.advance(until=answer["callback"])
    assert emulator.check(answer["callback"])["scope"]["id"] == answer["id"]
    assert emulator.eq("show", answer["id"])["server_data"]["id"] == answer["id"]


@pytest.mark.follows("A-14")
def test_a_server_may_be_in_lists_from_the_start(emulator: Emulator) -> None:
    emulator.assume({"A-42": "from-the-start"})
    place_order(emulator)
    server = max(emulator.call("eq", "list")["servers"])
    assert emulator.eq("show", server)["server_data"]["status"] == "presale"
    assert emulator.call("eq", "list", status="presale")["servers"] == [server]
    assert emulator.eq("reboot", server)["reason"] == "vm_locked"
    assert cancel(emulator, server)["reason"] == "vm_locked"
    emulator.advance(until="idle")
    assert emulator.eq("show", server)["server_data"]["status"] == "rent"


def test_what_a_listed_server_holds_goes_when_its_deploy_fails(emulator: Emulator) -> None:
    emulator.assume({"A-42": "from-the-start"})
    key = place_order(emulator)["callback"]
    add_api_key(emulator, server_id=50001)
    asked = emulator.start("eq", "status", 50001)
    emulator.control("POST", f"/tasks/{key}/fail")
    emulator.advance(60)
    assert emulator.check(asked)["reason"] == "key_not_found"
    assert emulator.check(key)["result"] == "Error"
    exported = emulator.control("GET", "/state")
    assert "api_keys" not in exported
    emulator.control("PUT", "/state", exported)


def test_a_reinstall_may_delete_snapshots(emulator: Emulator) -> None:
    emulator.assume({"A-43": "deleted"})
    assert emulator.listed(12345)
    key = emulator.eq("reinstall", os_id=237)["callback"]
    assert emulator.listed(12345)
    emulator.advance(until=key)
    assert emulator.listed(12345) == []


def test_a_cancelled_server_may_stay_for_five_minutes(emulator: Emulator) -> None:
    emulator.assume({"A-44": "after-five-minutes"})
    cancel(emulator, 12345, cancellation_type=1)
    assert cancel(emulator, 12345, cancellation_type=1)["reason"] == "already_cancelled"
    kept = emulator.call("whmcs", "delete_cancellation_request", id=12345)
    assert kept["reason"] == "already_cancelled"
    emulator.advance(299)
    assert 12345 in emulator.call("eq", "list")["servers"]
    emulator.advance(1)
    assert emulator.eq("show")["reason"] == "vm_not_found"


def test_an_unpaid_rent_may_suspend_the_server(emulator: Emulator) -> None:
    emulator.assume({"A-45": "suspends"})
    server = deploy(emulator)
    emulator.control("PATCH", "", {"credit": 0})
    emulator.advance(32 * DAY)
    assert emulator.eq("show", server)["server_data"]["status"] == "rent"
    emulator.advance(7 * DAY)
    data = emulator.eq("show", server)["server_data"]
    assert (data["status"], data["power_status"]) == ("power_off", "power_off")
    assert emulator.call("whmcs", "get_billing_data", id=server)["billing_status"] == "Suspended"
    for action, fields in (("on", {}), ("reboot", {}), ("reinstall", {"os_id": 187})):
        assert emulator.eq(action, server, **fields)["reason"] == "not_supported", action
    pay(emulator, invoices(emulator)[-1]["id"])
    data = emulator.eq("show", server)["server_data"]
    assert (data["status"], data["power_status"]) == ("rent", "power_on")


@pytest.mark.parametrize(("action", "state"), [("reinstall", "done"), ("on", "done"), ("reboot", "failed")])
def test_a_task_that_ends_on_a_suspended_server_leaves_it_off(
    emulator: Emulator, action: str, state: str
) -> None:
    """It began before the suspension. An import takes the export, as a suspended server is off."""
    emulator.assume({"A-45": "suspends"})
    server = deploy(emulator)
    if action == "on":
        emulator.do("eq", "off", server)
    emulator.control("PATCH", "", {"credit": 0})
    (of_server,) = emulator.control("GET", "/orders")["orders"]
    emulator.advance(until=of_server["rent_due_at"])
    emulator.advance(7 * DAY - 1)
    key = emulator.start("eq", action, server, **({"os_id": 187} if action == "reinstall" else {}))
    emulator.advance(DAY)
    assert emulator.control("GET", f"/tasks/{key}")["state"] == state
    data = emulator.eq("show", server)["server_data"]
    assert (data["status"], data["power_status"]) == ("power_off", "power_off")
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    pay(emulator, invoices(emulator)[-1]["id"])
    assert emulator.eq("show", server)["server_data"]["power_status"] == "power_on"


def test_a_rent_that_is_paid_in_time_suspends_nothing(emulator: Emulator) -> None:
    emulator.assume({"A-45": "suspends"})
    server = deploy(emulator)
    emulator.control("PATCH", "", {"credit": 0})
    emulator.advance(32 * DAY)
    emulator.control("PATCH", "", {"credit": 4})
    paid = emulator.call("whmcs", "apply_credit", invoice_id=invoices(emulator)[-1]["id"], amount=4)
    assert paid["result"] == "success"
    emulator.advance(10 * DAY)
    assert emulator.eq("show", server)["server_data"]["status"] == "rent"


def test_a_cancellation_without_a_type_may_wait_for_the_end(emulator: Emulator) -> None:
    emulator.assume({"A-46": "end-of-period"})
    server = deploy(emulator)
    cancel(emulator, server)
    assert emulator.eq("show", server)["result"] == "OK"
    emulator.advance(32 * DAY)
    assert emulator.eq("show", server)["reason"] == "vm_not_found"
