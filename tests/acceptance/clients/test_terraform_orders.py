"""Servers that the vendor's Terraform provider orders, changes and destroys, played by a Go program."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    asked,
    invoices,
    orders,
    pay_from_outside,
    set_credit,
)
from tests.acceptance.clients.terraform_state import FIRST_ORDER, ON_DEBIAN, WEB, applied, created, planned
from tests.support.processes import wait_until

pytestmark = pytest.mark.acceptance

ROUND = ["eq_callback/check", "eq/update_servers", "eq_callback/check"]
"""A round of polling while the deploy runs. The second check is for the screen, and may spend the key."""

AFTER_THE_KEY = ["eq_callback/check", "eq/list", "eq/show"]
"""The round that finds the key spent, and the server by its hostname."""

FIRST_READ = ["eq/show", "tags/list", "tags/list", "tags/add", "tags/list"]


def test_an_apply_orders_once_and_polls_until_the_server_is_linked(
    provider: Program, account: Account
) -> None:
    state = created(provider)
    assert FIRST_ORDER.items() <= state.items()
    assert (state["hostname"], state["status"]) == (WEB[0], "rent")
    assert (state["warnings"], state["tags"]) == (None, {"role": "web"})
    before = ["auth/login", "presets/list", "os/list", "eq/list", "eq/update_servers", "eq/order_instance"]
    assert asked(account) == [*before, "whmcs/get_invoices", *ROUND, *AFTER_THE_KEY, *FIRST_READ]
    assert [call["reason"] for call in account.requests(action="check")] == [None, None, "key_spent"]
    assert state["main_ipv4"] == account.call("eq", "show", id=50001)["IP"][0]["ip"]


def test_the_order_says_what_the_configuration_says(provider: Program, account: Account) -> None:
    created(provider)
    (order,) = account.requests(action="order_instance")
    sent = {
        "preset": "vm.pico", "location_name": "NL", "os_id": "187", "traffic_plan": "25", "hostname": WEB[0],
        "deploy_notify": "true", "root_pass": "***",
    }  # fmt: skip
    assert sent.items() <= order["fields"].items()
    assert order["unread"] == []


def test_a_key_that_is_not_in_the_answer_is_found_by_the_invoice(provider: Program, account: Account) -> None:
    account.assume({"A-41": "invoice-only"})
    state = created(provider)
    assert state["callback"] == orders(account)[0]["key"]
    assert asked(account)[7:11] == ["eq/update_servers", *ROUND]


def test_the_server_is_as_ordered_and_a_second_plan_changes_nothing(
    provider: Program, account: Account
) -> None:
    state = created(provider)
    assert account.vm(50001)["hostname"] == WEB[0]
    assert planned(provider, state).told["read"] == []
    assert planned(provider, state, [*WEB, "tag:role=app"]).told["read"] == ["tags"]
    assert planned(provider, state, ["web-8", *WEB[1:]]).told["read"] == ["hostname"]
    assert len(orders(account)) == 1


def test_a_change_of_the_system_reinstalls_the_same_server(provider: Program, account: Account) -> None:
    state = created(provider)
    assert planned(provider, state, ON_DEBIAN).told["read"] == ["os_id"]
    before, since = account.vm(50001), account.last_request
    changed = applied(provider, state, ON_DEBIAN)
    assert (changed["id"], changed["os_id"], changed["warnings"]) == (50001, 219, None)
    assert changed["main_ipv4"] == state["main_ipv4"]
    wanted = ["eq/update_servers", "eq/order_instance", "eq_callback/check", "eq_callback/check", "eq/show"]
    assert asked(account, since_id=since)[3:8] == wanted
    after = account.vm(50001)
    assert after["disk"]["fingerprint"] != before["disk"]["fingerprint"]
    assert {tag["tag"]: tag["value"] for tag in account.call("tags", "list", id=50001)["tags"]}[
        "os"
    ] == "Debian 12"
    assert planned(provider, changed, ON_DEBIAN).told["read"] == []
    assert len(invoices(account)) == len(orders(account)) + 2


def test_a_destroyed_server_is_gone_for_the_next_plan(provider: Program, account: Account) -> None:
    state = created(provider)
    assert provider("destroy", "50001", "1").told == {"read": "gone", "waits": []}
    (cancelled,) = account.requests(action="request_cancellation")
    assert (cancelled["fields"]["cancellation_type"], cancelled["unread"]) == ("1", [])
    assert provider("read", "50001").told["read"]["gone"] is True
    assert planned(provider, state).told["read"] == ["gone"]
    assert 50001 not in provider("list").told["read"]


def test_a_destruction_at_the_end_of_the_period_is_given_up_while_the_server_is_rented(
    provider: Program, account: Account
) -> None:
    created(provider)
    ended = provider("destroy", "50001", "0", PATIENCE="3").told
    assert ended == {"read": "still rented", "waits": ["rent: poll"] * 3}
    account.advance(32 * 24 * 3600)
    assert provider("read", "50001").told["read"]["gone"] is True


def test_an_unpaid_invoice_is_waited_for_until_it_is_paid_from_outside(
    provider: Program, account: Account
) -> None:
    set_credit(account, "3.99")
    with ThreadPoolExecutor() as pool:
        applying = pool.submit(created, provider, PATIENCE="100000")
        wait_until(lambda: asked(account, action="get_invoices") != [])
        pay_from_outside(account, 100001)
        state = applying.result()
    assert (state["id"], state["invoice"], state["warnings"]) == (50001, 100001, None)
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    assert account.call("whmcs", "get_client")["client"]["credit"] == "3.99"
    assert planned(provider, state).told["read"] == []


def test_an_invoice_that_is_not_paid_in_time_is_resumed_by_the_next_apply(
    provider: Program, account: Account
) -> None:
    set_credit(account, "0")
    waiting = created(provider, PATIENCE="2")
    assert waiting["warnings"] == [
        'Waiting for invoice payment: WHMCS invoice 100001 is unpaid (status "Unpaid")'
    ]
    assert (waiting["id"], waiting["status"], waiting["callback"]) == (0, "Unpaid", "")
    assert planned(provider, waiting).told["read"] == ["id"]
    pay_from_outside(account, 100001)
    state = applied(provider, waiting)
    assert (state["id"], state["warnings"]) == (50001, None)
    assert asked(account, action="order_instance") == ["eq/order_instance"]
