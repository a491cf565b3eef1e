"""Services that the vendor's module for WHMCS sells, renews and ends, played by a PHP program."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    asked,
    credit_of,
    findings,
    invoices,
    orders,
    pay_from_outside,
    set_credit,
)
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

PRODUCT = "vm.pico (NL)"
MONTH = 31 * 86_400
WEEK = 7 * 86_400
NO_SOFTWARE = "Do not install"


def bought(module: Program, cycle: str = "Monthly", software: str = NO_SOFTWARE) -> Json:
    """Return what the hook of a first payment has, for a product and choices as the import names them."""
    ran = module("buy", PRODUCT, cycle, "Debian 12 (#219)", "3 TB / 1 Gbps VM (#25)", software)
    assert ran.ok, ran
    sold: Json = ran.told["read"]
    return sold


def page(module: Program, invoice: int = 100001) -> Json:
    shown: Json = module("page", str(invoice)).told["read"]
    return shown


def test_a_service_is_imported_sold_and_shown_when_its_server_is_there(
    module: Program, account: Account
) -> None:
    product = module("import").told["read"][PRODUCT]
    assert {"Debian 12 (#219)", "3 TB / 1 Gbps VM (#25)", NO_SOFTWARE} <= {
        *product["OS"],
        *product["traffic"],
        *product["soft"],
    }
    sold = bought(module)
    assert (sold["invoice"], sold["order"]["status"], credit_of(account)) == (100001, "Paid", "146.50")
    assert page(module) == {"id": 0, "key": None, "server": False, "state": ""}
    account.advance_until_idle()
    shown = page(module)
    assert (shown["id"], shown["state"], shown["server"]["hostname"]) == (50001, "Active", "shop.example.com")
    assert module("server", "50001", API_KEY=shown["key"]).told["read"]["state"] == "Active"
    assert page(module)["key"] is None
    assert [finding["id"] for finding in findings(account)] == ["secrets-in-the-query"]


def test_an_invoice_that_the_order_has_paid_is_not_paid_again(module: Program, account: Account) -> None:
    sold = bought(module)
    assert (sold["paid"]["result"], sold["paid"]["error"]) == (-1, "invoice 100001 is Paid")
    calls = ["whmcs/get_client", "eq/order_instance", "whmcs/get_invoice", "whmcs/apply_credit"]
    assert asked(account) == ["auth/login", *calls]
    assert credit_of(account) == "146.50"
    (order,) = account.requests(action="order_instance")
    assert order["unread"] == []


def test_an_order_without_credit_is_deployed_when_its_invoice_is_paid(
    module: Program, account: Account
) -> None:
    set_credit(account, "3")
    sold = bought(module)
    assert (sold["order"]["status"], sold["paid"]["error"]) == ("Unpaid", "Insufficient funds")
    account.advance_until_idle()
    assert page(module)["id"] == 0
    pay_from_outside(account, 100001)
    account.advance_until_idle()
    assert (page(module)["id"], credit_of(account)) == (50001, "3.00")


@pytest.mark.parametrize(
    ("cycle", "period", "total"),
    [
        ("Monthly", "monthly", "4.00"),
        ("Quarterly", "quarterly", "12.00"),
        ("Semi-Annually", "semi-annually", "24.00"),
        ("Annually", "annually", "48.00"),
    ],
)
def test_each_billing_cycle_costs_its_months(
    module: Program, account: Account, cycle: str, period: str, total: str
) -> None:
    assert bought(module, cycle)["order"]["result"] == "OK"
    assert [order["period"] for order in orders(account)] == [period]
    assert invoices(account)[-1]["total"] == total


def test_software_is_ordered_by_its_choice(module: Program) -> None:
    assert bought(module, software="WordPress (#20)")["order"]["soft_name"] == "WordPress"


def test_a_renewal_takes_the_credit_on_the_due_date(module: Program, account: Account) -> None:
    bought(module)
    account.advance_until_idle()
    account.advance(MONTH)
    assert [row["status"] for row in invoices(account)] == ["Paid", "Unpaid", "Paid", "Paid"]
    assert credit_of(account) == "142.50"
    renewed = module("renew", "50001", "4.00").told["read"]
    assert ([row["status"] for row in renewed["invoices"]], renewed["answers"]) == (["Paid", "Paid"], [])


def test_a_customers_payment_renews_an_unpaid_service_and_gives_a_suspended_one_back(
    module: Program, account: Account
) -> None:
    account.assume({"A-45": "suspends"})
    bought(module)
    account.advance_until_idle()
    set_credit(account, "1")
    account.advance(MONTH)
    assert page(module)["state"] == "Active"
    account.advance(WEEK)
    assert page(module)["state"] == "Suspended"
    set_credit(account, "5")
    renewed = module("renew", "50001", "4.00").told["read"]
    assert renewed["answers"] == {"100002": {"result": "success", "amount": "4.00"}}
    assert (page(module)["state"], credit_of(account)) == ("Active", "1.00")


def test_a_cancellation_at_the_end_of_the_period_leaves_the_server_until_then(
    module: Program, account: Account
) -> None:
    bought(module)
    account.advance_until_idle()
    key = page(module)["key"]
    assert module("cancel", "100001", "End of Billing Period").told["read"]["result"] == "OK"
    assert page(module)["state"] == "Active"
    account.advance(MONTH)
    assert page(module) == {"id": 50001, "key": page(module)["key"], "server": False, "state": ""}
    assert "Token error" in module("server", "50001", API_KEY=key).told["error"]
    assert (len(invoices(account)), credit_of(account)) == (3, "146.50")


def test_an_immediate_cancellation_ends_the_service_at_once(module: Program, account: Account) -> None:
    bought(module)
    account.advance_until_idle()
    assert module("cancel", "100001", "Immediate").told["read"]["result"] == "OK"
    assert page(module)["server"] is False
    assert module("renew", "12346", "0").told["read"]["invoices"][0]["invoiceid"] == 7002
