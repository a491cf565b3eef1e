"""Services of the vendor's module for WHMCS whose orders fail or get no answer, played by a PHP program."""

from typing import Any

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, credit_of, orders
from tests.acceptance.clients.test_whmcs_orders import NO_SOFTWARE, PRODUCT, bought, page
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

ORDER = {"module": "eq", "action": "order_instance"}
BUY = ["buy", PRODUCT, "Monthly", "Debian 12 (#219)", "3 TB / 1 Gbps VM (#25)", NO_SOFTWARE]


@pytest.mark.parametrize("kind", ["lost_reply", "truncated_body", "empty_reply"])
def test_an_order_without_an_answer_is_an_error_and_not_repeated(
    module: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    assert "Attempt to call invapi. " in module(*BUY).told["error"]
    assert asked(account) == ["auth/login", "whmcs/get_client", "eq/order_instance"]
    assert len(orders(account)) == (kind != "empty_reply")


@pytest.mark.parametrize("kind", ["lost_reply", "rejected_but_done", "malformed_json"])
def test_a_service_whose_order_got_no_answer_is_linked_by_the_invoice_that_a_person_enters(
    module: Program, account: Account, kind: str
) -> None:
    """The module looks nowhere for it. The number is in get_invoices, or in the portal."""
    account.fault(kind, match=ORDER)
    sold = module(*BUY).told
    assert sold.get("read", {}).get("invoice") is None
    account.advance_until_idle()
    newest = account.call("whmcs", "get_invoices")["invoices"]["invoice"]
    (invoice,) = [row["id"] for row in newest if row["id"] > 100_000]
    shown = page(module, invoice)
    assert (shown["id"], shown["state"], len(shown["key"])) == (50001, "Active", 32)
    assert (len(orders(account)), credit_of(account)) == (1, "146.50")


@pytest.mark.parametrize(
    "fault",
    [{"kind": "expired_token"}, {"kind": "http_status", "status": 503}, {"kind": "out_of_stock"}],
    ids=str,
)
def test_an_order_that_is_not_accepted_has_no_invoice_and_is_not_repeated(
    module: Program, account: Account, fault: dict[str, Any]
) -> None:
    account.fault(**fault, match=ORDER)
    sold = bought(module)
    assert (sold["invoice"], sold["paid"]) == (None, None)
    assert asked(account)[-1] == "eq/order_instance"
    assert (orders(account), credit_of(account)) == ([], "150.50")


@pytest.mark.parametrize(
    "action", ["order_instance", "get_invoice", "apply_credit", "list_for_server", "add"]
)
@pytest.mark.parametrize(
    "fault", [{"kind": "latency", "seconds": 0.2}, {"kind": "slow_body", "bytes_per_second": 4000}], ids=str
)
def test_a_slow_answer_is_waited_for(module: Program, account: Account, fault: Json, action: str) -> None:
    account.fault(**fault, match={"action": action})
    assert bought(module)["invoice"] == 100001
    account.advance_until_idle()
    assert (page(module)["state"], len(orders(account))) == ("Active", 1)


@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_service_whose_deploy_failed_never_gets_a_server(
    module: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    bought(module)
    account.advance_until_idle()
    assert page(module) == {"id": 0, "key": None, "server": False, "state": ""}
    assert asked(account, module="api_keys") == []
    assert module("cancel", "100001", "Immediate").told["read"]["result"] == -1


@pytest.mark.parametrize(
    "fault", [{"kind": "expired_token"}, {"kind": "http_status", "status": 503}], ids=str
)
def test_a_page_that_could_not_read_its_invoice_shows_the_server_the_next_time(
    module: Program, account: Account, fault: Json
) -> None:
    bought(module)
    account.advance_until_idle()
    account.fault(**fault, match={"action": "get_invoice"})
    assert page(module)["id"] == 0
    assert (page(module)["id"], len(account.call("api_keys", "list")["data"])) == (50001, 1)


def test_a_key_whose_answer_is_lost_is_not_made_again(module: Program, account: Account) -> None:
    bought(module)
    account.advance_until_idle()
    account.fault("lost_reply", match={"module": "api_keys", "action": "add"})
    assert not module("page", "100001").ok
    shown = page(module)
    assert (shown["id"], shown["key"]) == (50001, None)
    assert asked(account, module="api_keys", action="add") == ["api_keys/add"]


def test_a_payment_whose_answer_is_lost_is_taken_once(module: Program, account: Account) -> None:
    account.fault("lost_reply", match={"action": "apply_credit"})
    assert not module("renew", "12346", "9.00").ok
    again = module("renew", "12346", "9.00").told["read"]
    assert (again["invoices"][0]["status"], again["answers"], credit_of(account)) == ("Paid", [], "141.50")
