"""Servers that a provisioner in Python orders, waits for and destroys, played by a program that works like it."""

from typing import Any

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    VendorServer,
    account_of,
    asked,
    credit_of,
    orders,
    python_of,
    set_credit,
)
from tests.acceptance.clients.python_programs.provisioner import ADDRESS_LOOKS
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

NODE = ["order", "node-1", "108", "NL"]
ORDER = {"module": "eq", "action": "order_instance"}
GLOBAL = "8.8.4.4"


@pytest.fixture
def provisioner(account: Account) -> Program:
    """Return the provisioner for an account whose orders answer the server's id: it needs that."""
    account.assume({"A-41": "id-at-once"})
    return python_of("provisioner", account)


def give_address(account: Account, vm: int = 50001) -> None:
    account.emulator.control("PATCH", f"/accounts/{account.name}/vms/{vm}", {"ip": GLOBAL})


def place_order(provisioner: Program) -> Json:
    ran = provisioner(*NODE)
    assert ran.ok, ran
    server: Json = ran.told["read"]
    return server


def test_an_order_answers_the_server_and_its_address_is_waited_for(
    provisioner: Program, account: Account
) -> None:
    server = place_order(provisioner)
    assert server == {"id": 50001, "callback": orders(account)[0]["key"]}
    give_address(account)
    assert provisioner("address", "50001", server["callback"]).told["read"] == GLOBAL
    assert asked(account)[-3:] == ["eq_callback/check", "eq_callback/check", "eq/show"]
    assert account.vm(50001)["hostname"] == "node-1"


def test_its_order_has_what_it_discovered(provisioner: Program, account: Account) -> None:
    place_order(provisioner)
    (order,) = account.requests(action="order_instance")
    sent = {
        "preset": "108", "location_name": "NL", "os_id": "237", "traffic_plan": "25", "soft_id": "0", "deploy_notify": "0",
        "currency_code": "EUR", "deploy_options": "whmcs_com", "root_pass": "***",
    }  # fmt: skip
    assert sent.items() <= order["fields"].items()
    assert order["unread"] == ["deploy_options"]


def test_without_the_servers_id_in_the_answer_it_gives_up_with_a_paid_order(account: Account) -> None:
    """It then looks for the hostname with `unified_server_search`, which is not emulated, and looks once."""
    provisioner = python_of("provisioner", account)
    told = provisioner(*NODE).told["error"]
    assert told == "order created invoice 100001 (status=Paid) but no server id yet"
    assert asked(account)[-1] == "eq/unified_server_search"
    assert (len(orders(account)), credit_of(account)) == (1, "146.50")


def test_an_order_that_is_not_paid_has_no_server(provisioner: Program, account: Account) -> None:
    set_credit(account, "1")
    assert "invoice 100001 (status=Unpaid)" in provisioner(*NODE).told["error"]


def test_the_first_server_of_an_account_is_ordered_by_password(vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        account.assume({"A-41": "id-at-once"})
        provisioner = python_of("provisioner", account)
        by_password = {"HOSTKEY_EMAIL": account.user, "HOSTKEY_PASSWORD": account.password}
        first = provisioner(*NODE, **by_password).told["read"]["id"]
        account.advance_until_idle()
        assert provisioner("login").ok
        assert account.vm(first)["hostname"] == "node-1"


def test_another_traffic_plan_is_tried_while_a_plan_does_not_fit(
    provisioner: Program, account: Account
) -> None:
    account.fault("reject", message="traffic plan is not compatible", match=ORDER)
    refused = provisioner(*NODE)
    tried = [call["fields"]["traffic_plan"] for call in account.requests(action="order_instance")]
    assert (refused.ok, tried) == (False, ["25", "37", "62", "68"])
    assert orders(account) == []


def test_a_server_is_destroyed_without_a_reason(provisioner: Program, account: Account) -> None:
    server = place_order(provisioner)
    account.advance_until_idle()
    assert provisioner("destroy", str(server["id"])).ok
    assert asked(account)[-1] == "whmcs/request_cancellation"
    assert "no such VM" in provisioner("address", str(server["id"])).told["error"]


@pytest.mark.parametrize("kind", ["lost_reply", "truncated_body", "malformed_json", "rejected_but_done"])
def test_an_order_without_an_answer_is_not_repeated_and_the_lists_show_it(
    provisioner: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    assert not provisioner(*NODE).ok
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    told = account.call("eq", "update_servers")
    assert [row["name"] for row in told["billing_servers"]] == ["node-1"]
    account.advance_until_idle()
    give_address(account)
    bought = account.call("whmcs", "get_invoice", invoice_id=next(iter(told["deploy_keys"])))
    server = bought["items"]["item"][0]["inv_id"]
    assert provisioner("address", str(server)).told["read"] == GLOBAL
    assert len(orders(account)) == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "expired_token"}, {"kind": "http_status", "status": 503}, {"kind": "out_of_stock"}],
    ids=str,
)
def test_an_order_that_is_not_accepted_is_not_repeated(
    provisioner: Program, account: Account, fault: dict[str, Any]
) -> None:
    account.fault(**fault, match=ORDER)
    assert not provisioner(*NODE).ok
    assert (asked(account, action="order_instance"), orders(account)) == (["eq/order_instance"], [])
    assert place_order(provisioner)["id"] > 50_000


@pytest.mark.parametrize("action", ["order_instance", "check", "show"])
@pytest.mark.parametrize(
    "fault", [{"kind": "latency", "seconds": 0.2}, {"kind": "slow_body", "bytes_per_second": 4000}], ids=str
)
def test_a_slow_answer_is_waited_for(
    provisioner: Program, account: Account, fault: Json, action: str
) -> None:
    account.fault(**fault, match={"action": action})
    server = place_order(provisioner)
    give_address(account)
    assert provisioner("address", str(server["id"]), server["callback"]).told["read"] == GLOBAL


@pytest.mark.parametrize("fault", [{"kind": "http_status", "status": 503}, {"kind": "lost_reply"}], ids=str)
def test_a_check_that_fails_counts_as_not_done(provisioner: Program, account: Account, fault: Json) -> None:
    server = place_order(provisioner)
    give_address(account)
    account.fault(**fault, match={"action": "check"})
    assert provisioner("address", str(server["id"]), server["callback"]).told["read"] == GLOBAL


@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_failed_deploy_is_waited_for_in_vain(provisioner: Program, account: Account, kind: str) -> None:
    account.fault(kind, match=ORDER)
    server = place_order(provisioner)
    assert "got no IP" in provisioner("address", str(server["id"]), server["callback"]).told["error"]
    assert asked(account, action="check") == ["eq_callback/check"] * ADDRESS_LOOKS
    assert "show" not in [call["action"] for call in account.requests()]
