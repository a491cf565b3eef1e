"""Orders of a panel that fail, or whose answers are lost, played by a Node program over HTTPS."""

from typing import Any

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, credit_of, failure, orders, set_credit
from tests.acceptance.clients.test_panel_orders import MARKER, SHOP, listed, place_order
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

ORDER = {"module": "eq", "action": "order_instance"}


@pytest.mark.parametrize("kind", ["lost_reply", "truncated_body", "malformed_json"])
def test_an_order_without_an_answer_is_found_by_its_marker_and_not_repeated(
    panel: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    assert failure(panel(0, *SHOP))[2] is True
    invoice = panel(0, "find", MARKER).told["read"]
    assert invoice == "100001"
    assert panel(0, "pay", invoice, MARKER, "4.00", "EUR").told["read"] == {"paid": "0.00"}
    account.advance_until_idle()
    assert listed(panel)[f"shop-{MARKER}"]["id"] == "50001"
    assert (len(orders(account)), credit_of(account)) == (1, "146.50")


def test_a_refusal_of_an_order_that_was_made_is_believed(panel: Program, account: Account) -> None:
    """The panel takes an explicit refusal for the truth. Its marker still finds the invoice."""
    account.fault("rejected_but_done", match=ORDER)
    assert failure(panel(0, *SHOP))[1:] == (400, False)
    assert panel(0, "find", MARKER).told["read"] == "100001"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "expired_token"}, 403),
        ({"kind": "http_status", "status": 503}, 503),
        ({"kind": "out_of_stock"}, 400),
    ],
    ids=str,
)
def test_an_order_that_is_not_accepted_is_told_and_not_repeated(
    panel: Program, account: Account, fault: dict[str, Any], status: int
) -> None:
    account.fault(**fault, match=ORDER)
    assert failure(panel(0, *SHOP))[1] == status
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    assert panel(0, "find", MARKER).told["read"] is None
    assert orders(account) == []


@pytest.mark.parametrize("action", ["get_client", "order_instance", "list", "check", "show"])
@pytest.mark.parametrize(
    "fault", [{"kind": "latency", "seconds": 0.2}, {"kind": "slow_body", "bytes_per_second": 50000}], ids=str
)
def test_a_slow_answer_is_waited_for(panel: Program, account: Account, fault: Json, action: str) -> None:
    account.fault(**fault, match={"action": action})
    operation = place_order(panel)
    account.advance_until_idle()
    assert panel(0, "watch", operation["id"]).told["read"]["status"] == "succeeded"
    assert f"shop-{MARKER}" in listed(panel)
    assert len(orders(account)) == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}], ids=str
)
def test_a_look_whose_session_is_refused_is_repeated(panel: Program, account: Account, fault: Json) -> None:
    account.fault(**fault, match={"action": "list"})
    place_order(panel)
    assert asked(account, module="auth") == ["auth/login"] * 2
    assert len(orders(account)) == 1


@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_failed_deploy_is_told_and_the_server_never_listed(
    panel: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    operation = place_order(panel)
    account.advance_until_idle()
    assert panel(0, "watch", operation["id"]).told["read"]["status"] == "failed"
    assert f"shop-{MARKER}" not in listed(panel)
    assert panel(50001, "resource").told["read"] is None
    assert credit_of(account) == "146.50"


@pytest.mark.parametrize("kind", ["lost_reply", "malformed_json"])
def test_a_payment_without_an_answer_is_looked_up_and_not_repeated(
    panel: Program, account: Account, kind: str
) -> None:
    set_credit(account, "3")
    place_order(panel)
    set_credit(account, "10")
    account.fault(kind, match={"action": "apply_credit"})
    pay = ["pay", "100001", MARKER, "4.00", "EUR"]
    assert failure(panel(0, *pay))[2] is True
    assert panel(0, *pay).told["read"] == {"paid": "0.00"}
    assert (asked(account, action="apply_credit"), credit_of(account)) == (["whmcs/apply_credit"], "6.00")


def test_a_cancellation_without_an_answer_is_seen_in_the_list(panel: Program, account: Account) -> None:
    account.fault("lost_reply", match={"action": "request_cancellation"})
    assert failure(panel(12346, "cancel"))[2] is True
    assert panel(0, "watch", "cancel:12346").told["read"]["status"] == "succeeded"
