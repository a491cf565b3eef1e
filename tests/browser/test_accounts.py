"""The page of all accounts: create, reset and delete them."""

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Account
from tests.browser.driving.visit import Visit, visiting
from tests.browser.test_for_everybody import Scheme, keep_picture, serious_findings

pytestmark = pytest.mark.acceptance


def open_accounts(visit: Visit) -> None:
    visit.open_path("/_emulator/ui/accounts")


def test_an_account_is_created_reset_and_deleted(visit: Visit) -> None:
    open_accounts(visit)
    form = visit.page.locator("#new-account")
    form.get_by_role("textbox", name="Name").fill("on-the-page")
    form.get_by_role("combobox", name="Scenario").select_option("one-vm")
    form.get_by_role("combobox", name="Clock").select_option("auto")
    visit.press("Create account")
    visit.see("#new-account output", "Account on-the-page is created")
    row = visit.page.locator('[data-key="account-on-the-page"]')
    expect(row).to_contain_text("» auto")
    visit.press("Create account")
    visit.see("#new-name-error", "another account already has this name")
    row.get_by_role("button", name="Reset on-the-page").click()
    visit.agree("Reset")
    visit.see("#said", "Account on-the-page was reset to scenario one-vm")
    row.get_by_role("button", name="Delete on-the-page").click()
    visit.agree("Delete")
    expect(row).to_have_count(0)
    visit.complaints.clear()  # the browser logs the 409


def test_the_last_call_is_shown_as_it_comes(visit: Visit) -> None:
    open_accounts(visit)
    row = visit.page.locator(f'[data-key="account-{visit.account.name}"]')
    expect(row).to_contain_text("none yet")
    visit.call("eq", "list")
    expect(row).to_contain_text("s ago")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1600])
def test_the_table_fits_and_is_readable(
    browser: Browser, account: Account, width: int, scheme: Scheme
) -> None:
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with visiting(browser, account, **window) as visit:
        open_accounts(visit)
        keep_picture(visit, f"accounts-{width}-{scheme}", full_page=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_findings(visit) == []
