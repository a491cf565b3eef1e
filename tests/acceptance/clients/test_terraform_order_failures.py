"""Orders of the vendor's Terraform provider that fail, or whose answers are lost, played by a Go program."""

from typing import Any

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, credit_of, orders
from tests.acceptance.clients.terraform_state import FIRST_ORDER, ON_DEBIAN, WEB, applied, created, planned
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

ORDER = {"module": "eq", "action": "order_instance"}
LOST = ["lost_reply", "rejected_but_done", "truncated_body", "malformed_json"]
WITH_TOKEN = ["get_invoices", "update_servers", "show", "list"]
PASSING: list[Json] = [
    {"kind": "expired_token"},
    {"kind": "http_status", "status": 503},
    {"kind": "lost_reply"},
    {"kind": "latency", "seconds": 0.2},
    {"kind": "slow_body", "bytes_per_second": 4000},
]
POLLED = {fault["kind"]: WITH_TOKEN + ["check"] * (fault["kind"] != "expired_token") for fault in PASSING}
"""The calls of the polling that a fault may meet. A check needs no token."""


def first_order(account: Account) -> Json:
    """Return what update_servers tells of the only order, as the state that a run without an answer did not keep."""
    told = account.call("eq", "update_servers")
    ((invoice, key),) = told["deploy_keys"].items()
    (waiting,) = told["billing_servers"]
    assert (waiting["name"], waiting["status"]) == (WEB[0], "Active")
    found = {"preset_id": 108, "os_id": 187, "traffic_plan_id": 25, "soft_id": 0, "hostname": WEB[0]}
    return found | {"invoice": int(invoice), "callback": key, "known": told["servers"]}


@pytest.mark.parametrize("kind", LOST)
def test_an_order_without_an_answer_is_sent_once_and_resumed_by_its_invoice(
    provider: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    failed = provider("create", *WEB)
    assert (failed.ok, failed.told["waits"]) == (False, [])
    assert failed.told["error"].startswith("Order failed: ")
    state = applied(provider, first_order(account))
    assert FIRST_ORDER.items() <= state.items()
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    assert credit_of(account) == "146.50"


def test_a_server_whose_order_got_no_answer_can_be_imported(provider: Program, account: Account) -> None:
    account.fault("lost_reply", match=ORDER)
    assert not provider("create", *WEB).ok
    account.advance_until_idle()
    new = [vm for vm in provider("list").told["read"] if vm > 50000]
    assert [provider("read", str(vm)).told["read"]["hostname"] for vm in new] == [WEB[0]]


def test_another_apply_after_a_lost_answer_orders_again(provider: Program, account: Account) -> None:
    """The provider notes nothing of an order without an answer."""
    account.fault("lost_reply", match=ORDER)
    assert not provider("create", *WEB).ok
    created(provider, PATIENCE="2")
    assert [order["hostname"] for order in orders(account)] == [WEB[0]] * 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "expired_token"},
        {"kind": "http_status", "status": 503, "retry_after": 1},
        {"kind": "connection_reset"},
        {"kind": "out_of_stock"},
        {"kind": "reject", "message": "Insufficient funds"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_an_order_that_is_not_accepted_is_not_repeated(
    provider: Program, account: Account, fault: dict[str, Any]
) -> None:
    account.fault(**fault, match=ORDER)
    failed = provider("create", *WEB)
    assert (failed.ok, failed.told["waits"]) == (False, [])
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    assert (orders(account), credit_of(account)) == ([], "150.50")
    assert created(provider)["id"] > 0


@pytest.mark.parametrize(
    ("fault", "action"), [(fault, action) for fault in PASSING for action in POLLED[fault["kind"]]], ids=str
)
def test_a_call_of_the_polling_that_fails_is_repeated_and_nothing_is_ordered_twice(
    provider: Program, account: Account, fault: dict[str, Any], action: str
) -> None:
    account.assume({"A-41": "invoice-only"})
    account.fault(**fault, match={"action": action})
    state = created(provider)
    assert FIRST_ORDER.items() <= state.items()
    assert (state["warnings"], len(orders(account))) == (None, 1)
    assert planned(provider, state).told["read"] == []


@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_failed_deploy_ends_the_apply_and_the_next_one_orders_nothing(
    provider: Program, account: Account, kind: str
) -> None:
    account.fault(kind, error="no free host", match=ORDER)
    state = created(provider)
    assert (state["id"], state["invoice"]) == (0, 100001)
    (warning,) = state["warnings"]
    assert warning == "Deploy cancelled or failed: deploy failed (cancelled): invapi error: result=Error"
    assert account.check(state["callback"])["debug"] == "no free host"
    since = account.last_request
    assert applied(provider, state)["warnings"] == [warning]
    assert asked(account, since_id=since) == ["auth/login"]
    (waiting,) = account.call("eq", "update_servers")["billing_servers"]
    assert (waiting["status"], credit_of(account)) == ("Failed", "146.50")


def test_a_deploy_that_hangs_is_left_and_resumed(provider: Program, account: Account) -> None:
    account.fault("task_hangs", match=ORDER)
    state = created(provider, PATIENCE="3")
    assert state["warnings"] == ["Deploy still in progress: pending deploy not ready"]
    task = account.tasks[0]["key"]
    account.emulator.control("POST", f"/accounts/{account.name}/tasks/{task}/complete")
    resumed = applied(provider, state)
    assert (resumed["id"], resumed["warnings"], len(orders(account))) == (50001, None, 1)


def test_a_key_that_is_forgotten_ends_the_apply_while_the_server_is_not_listed(
    provider: Program, account: Account
) -> None:
    account.fault("key_forgotten", match=ORDER)
    (warning,) = created(provider)["warnings"]
    assert "Deploy cancelled or failed: the key no longer exists" in warning
    account.advance_until_idle()
    assert provider("read", "50001").told["read"]["hostname"] == WEB[0]


def test_a_failed_reinstallation_is_looked_at_again_but_not_repeated(
    provider: Program, account: Account
) -> None:
    state = created(provider)
    account.fault("task_fails", error="no such image", match={"action": "reinstall"})
    failed = applied(provider, state, ON_DEBIAN)
    assert "Reinstall still in progress" in failed["warnings"][0]
    assert (failed["os_id"], failed["reinstall_callback"]) == (187, account.tasks[-1]["key"])
    again = applied(provider, failed, ON_DEBIAN)
    assert again["warnings"] == failed["warnings"]
    assert asked(account, action="order_instance") == ["eq/order_instance"] * 2


def test_a_reinstallation_without_an_answer_locks_the_server_against_another(
    provider: Program, account: Account
) -> None:
    state = created(provider)
    account.fault("lost_reply", match=ORDER)
    lost = applied(provider, state, ON_DEBIAN)
    assert (lost["reinstall_callback"], len(lost["warnings"])) == ("", 1)
    assert "the VM is locked" in applied(provider, lost, ON_DEBIAN)["warnings"][0]
    assert [task["action"] for task in account.tasks] == ["order_instance", "reinstall"]


@pytest.mark.parametrize("kind", ["lost_reply", "truncated_body"])
def test_a_cancellation_without_an_answer_is_repeated_and_the_server_found_gone(
    provider: Program, account: Account, kind: str
) -> None:
    created(provider)
    account.fault(kind, match={"action": "request_cancellation"})
    failed = provider("destroy", "50001", "1")
    assert not failed.ok
    assert provider("read", "50001").told["read"]["gone"] is True


@pytest.mark.parametrize("fault", [{"kind": "expired_token"}, {"kind": "http_status", "status": 503}])
def test_a_cancellation_that_is_refused_for_now_is_repeated(
    provider: Program, account: Account, fault: Json
) -> None:
    created(provider)
    account.fault(**fault, match={"action": "request_cancellation"})
    assert provider("destroy", "50001", "1").told["read"] == "gone"
    assert len(account.requests(action="request_cancellation")) == 2
