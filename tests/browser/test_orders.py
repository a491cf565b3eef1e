"""Orders and invoices on the page: ordered by a client, watched, paid and given credit by a person."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Account, Emulator
from tests.browser.driving.visit import Visit, visiting
from tests.browser.test_for_everybody import Scheme, keep_picture, serious_findings, tab_to

pytestmark = pytest.mark.acceptance

ORDERS = "/orders"
WANTED: dict[str, Any] = {
    "preset": "vm.pico",
    "location_name": "NL",
    "os_id": 187,
    "root_pass": "Secret-word1",
    "hostname": "shop.example",
}


@pytest.fixture
def renting(emulation: Emulator) -> Iterator[Account]:
    account = emulation.account(seed=7, scenario="hosting")
    yield account
    account.close()


@pytest.fixture
def tenant(browser: Browser, renting: Account) -> Iterator[Visit]:
    """Yield a visit of an account that rents servers and has one unpaid order."""
    with visiting(browser, renting) as visit:
        yield visit


def order(visit: Visit, **fields: Any) -> int:
    """Order a server as a client. Return the number of the invoice."""
    invoice: int = visit.call("eq", "order_instance", **WANTED | fields)["invoice"]
    return invoice


def test_an_order_is_watched_from_the_call_to_the_server(visit: Visit) -> None:
    visit.open(query=ORDERS)
    visit.see("#order-rows", "No order is waiting")
    visit.see("#credit", "150.50 EUR")
    order(visit)
    visit.see("#order-rows", "deploying")
    visit.see("#credit", "146.50 EUR")
    expect(visit.page.locator("#order-rows progress")).to_have_attribute("value", "0")
    for _ in range(3):
        visit.press("Advance by 1 min")
    visit.see("#order-rows", "install,")
    visit.press("Advance to idle")
    visit.see("#server-rows", "shop.example")
    visit.see("#order-rows", "No order is waiting")
    visit.page.locator("#server-rows").get_by_role("link", name="shop.example").click()
    visit.arrive("shop.example")
    visit.see("#vm", "● on")
    visit.see("#vm", "4.00 EUR monthly")


def test_a_deploying_server_is_among_the_cards_and_leads_to_the_orders(visit: Visit) -> None:
    visit.open()
    visit.see("#owed-now", "no orders without a server yet")
    order(visit)
    card = visit.page.locator('[data-key="vm-50001"]')
    expect(card).to_contain_text("deploying")
    expect(card).to_contain_text("locked: Order server")
    visit.see("#owed-now", "1 order without a server yet")
    visit.press("Advance to idle")
    expect(card).not_to_contain_text("deploying")
    expect(card).to_contain_text("● on")
    visit.page.get_by_role("link", name="All orders and invoices").click()
    visit.see("#server-rows", "shop.example")


def test_an_unpaid_order_is_paid_with_its_button(tenant: Visit) -> None:
    tenant.open(query=ORDERS)
    tenant.see("#order-rows", "awaiting payment")
    tenant.press("Pay invoice 7005", within="#order-rows")
    tenant.see("#said", "Invoice 7005 is Paid.")
    tenant.see("#order-rows", "deploying")
    tenant.see("#credit", "150.50 EUR")
    expect(tenant.page.get_by_role("button", name="Pay invoice 7005")).to_have_count(0)
    tenant.press("Advance to idle")
    tenant.see("#server-rows", "build-1")


def test_an_invoice_that_somebody_else_paid_is_refused_in_words(tenant: Visit) -> None:
    tenant.open(query=ORDERS)
    button = tenant.page.locator("#invoice-rows").get_by_role("button", name="Pay invoice 7005")
    button.evaluate("(button) => { document.body.append(button) }")
    tenant.account.emulator.control("POST", f"/accounts/{tenant.account.name}/invoices/7005/pay")
    tenant.page.locator("body > button").click()
    tenant.see("#said", "7005 is Paid")
    tenant.complaints.clear()  # the browser logs the 409


def test_an_unpaid_invoice_is_found_unfolded_and_paid(tenant: Visit) -> None:
    tenant.open(query=ORDERS)
    expect(tenant.page.locator("#invoice-rows details")).to_have_count(5)
    tenant.page.get_by_role("combobox", name="Status").select_option("Unpaid")
    expect(tenant.page.locator("#invoice-rows details")).to_have_count(1)
    tenant.page.locator("#invoice-7005 summary").click()
    tenant.see("#invoice-7005", "Payments")
    tenant.call("whmcs", "apply_credit", invoice_id=7005, amount="52.00")
    tenant.see("#invoice-7005", "52.00 EUR from the credit")
    tenant.see("#invoice-rows", "Pay 200.00 EUR")
    tenant.press("Pay invoice 7005", within="#invoice-rows")
    tenant.see("#invoice-rows", "No invoice is Unpaid.")
    tenant.page.get_by_role("combobox", name="Status").select_option("")
    tenant.see("#invoice-7005", "200.00 EUR from outside")


def test_the_credit_is_set_and_a_wrong_one_is_refused_in_words(visit: Visit) -> None:
    visit.open(query=ORDERS)
    field = visit.page.get_by_label("New credit")
    field.fill("12.345")
    visit.press("Set credit")
    visit.see("#said", "credit")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    visit.complaints.clear()  # the browser logs the 422
    field.fill("1000.5")
    visit.press("Set credit")
    visit.see("#said", "The credit is 1000.50 EUR.")
    visit.see("#credit", "1000.50 EUR")
    assert visit.call("whmcs", "get_client")["client"]["credit"] == "1000.50"


def test_a_cancellation_and_its_withdrawal_are_shown_at_once(tenant: Visit) -> None:
    tenant.open(query=ORDERS)
    cancelled: dict[str, Any] = {"id": 12346, "cancellation_reason": "moved", "cancellation_type": 0}
    tenant.call("whmcs", "request_cancellation", **cancelled)
    row = tenant.page.locator('[data-key="server-12346"]')
    expect(row).to_contain_text("cancelled, goes at 2030-02-05 00:00:00")
    tenant.call("whmcs", "delete_cancellation_request", id=12346)
    expect(row).not_to_contain_text("cancelled")
    tenant.call("whmcs", "request_cancellation", **cancelled | {"cancellation_type": 1})
    expect(row).to_have_count(0)


def test_a_server_is_ordered_with_the_form_as_a_client_would(visit: Visit) -> None:
    visit.open(query=ORDERS)
    form = visit.page.locator("#new-order")
    form.get_by_label("Preset").select_option("vm.nano")
    form.get_by_label("Location").select_option("DE")
    form.get_by_label("Hostname").fill("own.example")
    visit.press("Order")
    visit.see("#answer", "location_name=DE")
    visit.see("#answer", '"invoice": 100001')
    visit.see("#order-rows", "own.example")
    expect(visit.page.get_by_role("button", name="Check this key")).to_have_count(0)
    form.get_by_label("Location").select_option("FI")
    visit.press("Order")
    visit.see("#answer", "not_compatible")
    visit.page.get_by_role("link", name="All VMs").click()
    expect(visit.rows("#journal")).to_have_count(2)


def test_an_order_without_a_hostname_gets_one(visit: Visit) -> None:
    visit.open(query=ORDERS)
    visit.press("Order")
    visit.see("#order-rows", "deploying")
    visit.press("Advance to idle")
    visit.see("#server-rows", "hostkey50001")


def test_a_server_is_reinstalled_from_its_page(tenant: Visit) -> None:
    tenant.open(12346)
    tenant.page.locator("summary", has_text="Reinstall").click()
    tenant.page.get_by_label("System").select_option("Debian 13")
    tenant.press("Reinstall")
    tenant.see("dialog", "Everything on its disk is lost.")
    tenant.agree("Reinstall")
    tenant.see("#answer", '"stage": "create_pxe"')
    tenant.see("#vm", "locked: Reinstall")
    tenant.press("Advance to idle")
    tenant.see("#vm", "unlocked")
    tenant.see("#tag-rows", "Debian 13")


def test_a_server_is_cancelled_and_kept_after_all_from_its_page(tenant: Visit) -> None:
    tenant.open(12346)
    tenant.page.locator("summary", has_text="Rent and cancellation").click()
    tenant.press("Billing data")
    tenant.see("#answer", '"order_id": 502')
    tenant.press("Cancel the server")
    tenant.agree("Cancel it")
    tenant.see("#vm", "cancelled, goes at 2030-02-05 00:00:00")
    tenant.press("Withdraw cancellation")
    expect(tenant.page.locator("#vm")).not_to_contain_text("cancelled")
    tenant.page.get_by_label("When").select_option("immediately")
    tenant.press("Cancel the server")
    tenant.agree("Cancel it")
    tenant.see("#stream", "no longer exists")
    tenant.complaints.clear()  # the browser logs the 404


def test_lists_of_orders_are_looked_through(visit: Visit) -> None:
    visit.account.emulator.control("PATCH", f"/accounts/{visit.account.name}", {"credit": "0"})
    for number in range(25):
        order(visit, hostname=f"host-{number}.example")
    visit.open(query=ORDERS)
    visit.see("#order-rows", "host-24.example")
    visit.page.get_by_role("link", name="Older orders").click()
    visit.see("#order-rows", "host-0.example")
    visit.page.get_by_role("link", name="Older invoices").click()
    visit.see("#invoice-rows", "web-1")
    visit.see("#order-rows", "host-0.example")
    visit.page.get_by_role("link", name="Newer orders").click()
    visit.see("#order-rows", "host-24.example")


def test_orders_are_paid_and_watched_with_the_keyboard_alone(tenant: Visit) -> None:
    tenant.open()
    tab_to(tenant, "Orders")
    tenant.page.keyboard.press("Enter")
    tenant.arrive("Orders and invoices")
    tab_to(tenant, "Pay invoice 7005")
    tenant.page.keyboard.press("Enter")
    tenant.see("#order-rows", "deploying")
    tenant.page.locator("#order-504 summary").focus()
    tenant.page.keyboard.press("Enter")
    tenant.see("#order-504", "Key of its deploy")
    tenant.page.get_by_role("link", name="invapi-emulator").focus()
    tab_to(tenant, "Advance to idle")
    tenant.page.keyboard.press("Enter")
    tenant.see("#server-rows", "build-1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1600])
def test_the_orders_fit_and_are_readable_in_every_mode(
    browser: Browser, renting: Account, width: int, scheme: Scheme
) -> None:
    with visiting(browser, renting, viewport={"width": width, "height": 900}, color_scheme=scheme) as visit:
        renting.fault("deploy_fails")
        order(visit, hostname="fails.example")
        renting.advance_until_idle()
        order(visit)
        renting.advance(120)
        visit.call("whmcs", "apply_credit", invoice_id=7005, amount="20.50")
        visit.call("whmcs", "request_cancellation", id=12346, cancellation_reason="x", cancellation_type=0)
        visit.open(query=ORDERS)
        visit.see("#order-rows", "deploying")
        keep_picture(visit, f"orders-{width}-{scheme}", full_page=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        visit.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_findings(visit) == []
