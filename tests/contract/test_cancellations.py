"""Contract 11.6: cancelling a server, at once and at the end of its period, and taking that back."""

import pytest

from tests.support.account_objects import add_api_key, log_in
from tests.support.harness import Emulator, Json
from tests.support.orders import DAY, PICO, cancel, credit, deploy, invoices, updated


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-44", "A-46")
@pytest.mark.parametrize("fields", [{}, {"cancellation_type": 1}, {"cancellation_type": 1, "pin": "1234"}])
def test_an_immediate_cancellation_takes_the_server_at_once(emulator: Emulator, fields: Json) -> None:
    server, before = deploy(emulator), credit(emulator)
    assert cancel(emulator, server, **fields)["result"] == "OK"
    assert emulator.eq("show", server)["reason"] == "vm_not_found"
    assert server not in emulator.call("eq", "list")["servers"]
    assert updated(emulator)["billing_servers"] == []
    assert cancel(emulator, server)["reason"] == "vm_not_found"
    assert credit(emulator) == before
    emulator.advance(400 * DAY)
    assert len(invoices(emulator)) == 1


@pytest.mark.clause("11.6")
def test_a_cancellation_at_the_end_of_the_period_waits_for_the_due_date(emulator: Emulator) -> None:
    server = deploy(emulator)
    assert cancel(emulator, server, cancellation_type=0)["result"] == "OK"
    assert cancel(emulator, server, cancellation_type=0)["reason"] == "already_cancelled"
    due = emulator.call("whmcs", "get_billing_data", id=server)["next_due_date"]
    emulator.advance(30 * DAY)
    assert emulator.eq("show", server)["server_data"]["status"] == "rent"
    emulator.advance(2 * DAY)
    assert emulator.clock["now"][:10] >= due
    assert emulator.eq("show", server)["reason"] == "vm_not_found"
    assert len(invoices(emulator)) == 1


@pytest.mark.clause("11.6")
def test_a_cancellation_is_taken_back(emulator: Emulator) -> None:
    server = deploy(emulator)
    cancel(emulator, server, cancellation_type=0)
    assert emulator.call("whmcs", "delete_cancellation_request", id=server)["result"] == "OK"
    assert emulator.call("whmcs", "delete_cancellation_request", id=server)["reason"] == "not_supported"
    emulator.advance(32 * DAY)
    assert emulator.eq("show", server)["result"] == "OK"
    assert len(invoices(emulator)) == 2


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-14")
def test_a_server_without_an_order_is_cancelled_too(emulator: Emulator) -> None:
    cancel(emulator, 12345, cancellation_type=0)
    emulator.advance(32 * DAY)
    assert emulator.call("eq", "list")["servers"] == [12346, 12347, 12348]


@pytest.mark.clause("11.6", "4.12")
def test_a_server_that_a_task_holds_is_not_cancelled(emulator: Emulator) -> None:
    emulator.start("eq", "reboot")
    assert cancel(emulator, 12345)["reason"] == "vm_locked"


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-44", "A-46")
def test_what_a_server_holds_goes_with_it(emulator: Emulator) -> None:
    secret = add_api_key(emulator, server_id=12345)["api_key"]
    token = log_in(emulator, secret)["result"]["token"]
    asked = emulator.start("eq", "status")
    assert cancel(emulator, 12345)["result"] == "OK"
    assert emulator.call_vm("get_snapshot")["reason"] == "vm_not_found"
    assert emulator.check(asked)["reason"] == "key_not_found"
    assert log_in(emulator, secret)["reason"] == "invalid_api_key"
    assert emulator.call("eq", "list", token=token)["servers"] == []
    exported = emulator.control("GET", "/state")
    assert 12345 not in [vm["id"] for vm in exported["vms"]]
    assert exported.get("api_keys", []) == []


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-44", "A-46")
def test_unpaid_invoices_of_a_cancelled_server_are_cancelled(emulator: Emulator) -> None:
    server = deploy(emulator)
    emulator.control("PATCH", "", {"credit": 0})
    emulator.advance(32 * DAY)
    assert [each["status"] for each in invoices(emulator)] == ["Paid", "Unpaid"]
    cancel(emulator, server)
    assert [each["status"] for each in invoices(emulator)] == ["Paid", "Cancelled"]


@pytest.mark.clause("11.6")
@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"cancellation_reason": ""}, "cancellation_reason"),
        ({"cancellation_reason": "x" * 1001}, "cancellation_reason"),
        ({"cancellation_type": 2}, "cancellation_type"),
        ({"cancellation_type": ""}, "cancellation_type"),
        ({"id": "x"}, "id"),
        ({"id": 99999}, None),
    ],
)
@pytest.mark.follows("A-06", "A-09")
def test_a_wrong_cancellation_changes_nothing(emulator: Emulator, fields: Json, about: str | None) -> None:
    sent = {"id": 12345, "cancellation_reason": "moved"} | fields
    answer = emulator.call("whmcs", "request_cancellation", **sent)
    assert answer["reason"] == ("vm_not_found" if about is None else "invalid_parameter")
    assert (about or "no such VM") in answer["message"]
    assert len(emulator.call("eq", "list")["servers"]) == 4


@pytest.mark.clause("11.6", "5.1")
def test_a_key_of_one_server_cancels_nothing(emulator: Emulator) -> None:
    secret = add_api_key(emulator, server_id=12345)["api_key"]
    token = log_in(emulator, secret)["result"]["token"]
    for action, fields in (
        ("request_cancellation", {"id": 12345, "cancellation_reason": "a"}),
        ("delete_cancellation_request", {"id": 12345}),
        ("apply_credit", {"invoice_id": 7002, "amount": "1"}),
        ("create_addfunds", {"amount": "1"}),
    ):
        assert emulator.call("whmcs", action, token=token, **fields)["reason"] == "access_denied", action
    assert emulator.call("eq", "order_instance", token=token, **PICO)["reason"] == "access_denied"
