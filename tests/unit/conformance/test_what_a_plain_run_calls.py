"""The journal of runs: without a permission nothing is called that changes, orders, pays or cancels anything."""

from typing import Any

import pytest

from invapi_conformance.probe import NEVER_A_TOKEN, NO_SUCH_NUMBER, NO_SUCH_PRESET, NO_SUCH_VM
from invapi_conformance.walk import Allowed
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import EVERYTHING, NOTHING, ran
from tests.unit.conformance.mutated_servers.mutated_server import Asked, mutated_server

READS = {
    "vm/get_snapshot", "vm/load_stats", "vm/get_engine", "eq/show", "eq/status", "eq/list", "eq/groups", "eq_callback/check",
    "auth/info", "auth/login", "auth/logout", "presets/list", "presets/info", "presets/show", "presets/groups", "presets/search",
    "os/list", "software/list", "traffic_plans/list", "stocks/list", "stocks/show", "ssh_keys/list", "tags/list",
    "api_keys/list", "api_keys/list_for_server", "whmcs/get_client", "whmcs/getcredits", "whmcs/get_invoices", "whmcs/get_invoice",
    "whmcs/get_product_invoice", "whmcs/get_billing_data",
}  # fmt: skip
"""The calls that only read. `auth/login` makes a token, and `auth/logout` ends it."""

IN_VAIN = {"eq/order_instance", "whmcs/apply_credit", "whmcs/request_cancellation"}
"""The calls that must be refused, as they name what does not exist."""

ODD = {
    "/", "vm/conformance_no_such_action", "eq/conformance_no_such_action", "eq_callback/conformance_no_such_action",
    "auth/conformance_no_such_action", "conformance_no_such_module/list", "eq/", "eq_callback/",
}  # fmt: skip
"""Calls of no module and of no action."""


def calls_of(account: Account, allowed: Allowed) -> list[Asked]:
    """Return all that a run sends, also without a token."""
    asked: list[Asked] = []
    with mutated_server(account.url, lambda call, _given: asked.append(call)) as target:
        assert ran(account, allowed, target=target).status == 0
    return asked


def world(account: Account) -> dict[str, Any]:
    """Return what the account has, owns and owes."""
    state = account.export()
    vms = [
        {name: vm.get(name) for name in ("id", "hostname", "tags", "power", "cancellation", "snapshots")}
        for vm in state["vms"]
    ]
    return {"vms": vms} | {
        name: state.get(name) for name in ("credit", "invoices", "orders", "ssh_keys", "api_keys")
    }


def test_a_plain_run_calls_only_what_reads_and_what_must_be_refused(account: Account) -> None:
    before = world(account)
    names = {f"{call.module}/{call.action}" for call in calls_of(account, NOTHING)}
    assert names <= READS | IN_VAIN | ODD
    assert names >= READS | IN_VAIN
    journal = {f"{call['module']}/{call['action'] or ''}": call["result"] for call in account.requests()}
    assert journal.keys() <= READS | IN_VAIN | ODD
    assert {name: journal[name] for name in IN_VAIN} == dict.fromkeys(IN_VAIN, "refused")
    assert world(account) == before


@pytest.mark.parametrize("allowed", [NOTHING, EVERYTHING])
def test_no_call_without_allow_orders_could_order_pay_or_cancel(account: Account, allowed: Allowed) -> None:
    asked = calls_of(account, allowed)
    orders = [call.fields for call in asked if call.action == "order_instance"]
    assert orders
    assert all("id" not in fields for fields in orders)
    assert {(fields.get("preset"), fields.get("preset_id")) for fields in orders} == {
        (NO_SUCH_PRESET, None), (None, str(NO_SUCH_NUMBER)),
    }  # fmt: skip
    paid = {call.fields["invoice_id"] for call in asked if call.action == "apply_credit"}
    cancelled = {call.fields["id"] for call in asked if call.action == "request_cancellation"}
    assert (paid, cancelled) == ({str(NO_SUCH_NUMBER)}, {str(NO_SUCH_VM)})
    assert not {"reinstall", "create_addfunds", "delete_cancellation_request"} & {
        call.action for call in asked
    }


def test_a_run_with_all_that_costs_nothing_leaves_no_trace(account: Account) -> None:
    before = world(account)
    assert ran(account, EVERYTHING).status == 0
    assert world(account) == before


def test_a_key_of_one_server_can_run_the_kit(account: Account) -> None:
    made = account.call("api_keys", "add", **{"params[name]": "one", "params[server_id]": 12345})
    login = account.call("auth", "login", key=made["data"]["api_key"])
    found = ran(account, NOTHING, token=login["result"]["token"], api_key=NEVER_A_TOKEN)
    assert "get-client-answers-the-customer" in found.names("could not tell")
    assert {name for name in found.names("differs") if name.startswith(("get-", "an-order", "a-weak"))} <= {
        "an-order-of-an-unknown-preset-is-refused", "an-order-by-preset-id-is-refused",
    }  # fmt: skip
