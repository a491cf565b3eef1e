"""The catalogue's page: searched by a person, with and without scripts, and true when the world changes."""

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Account
from tests.browser.driving.visit import Visit, visiting
from tests.browser.test_for_everybody import keep_picture, serious_findings
from tests.support.catalogues import SMALL

pytestmark = pytest.mark.acceptance


def test_a_person_searches_the_catalogue(visit: Visit) -> None:
    visit.open()
    visit.follow("Catalogue")
    expect(visit.rows("#presets")).to_have_count(7)
    visit.page.get_by_role("searchbox", name="Search").fill("unmetered")
    visit.press("Search")
    expect(visit.rows("#presets")).to_have_count(2)
    visit.page.get_by_role("combobox", name="Location").select_option("FI")
    expect(visit.rows("#presets")).to_have_count(1)
    visit.rows("#presets").first.locator("summary").click()
    visit.see("#preset-320", "1Gbps unmetered")
    visit.page.reload()
    expect(visit.rows("#presets")).to_have_count(1)


def test_it_follows_the_world(visit: Visit) -> None:
    visit.open(query="/catalogue")
    visit.see("#whose", "the server's catalogue")
    visit.account.import_({"catalogue": SMALL})
    visit.see("#whose", "a catalogue of its own")
    visit.see("#presets", "vm.mine")


def test_it_can_be_searched_without_scripts(browser: Browser, account: Account) -> None:
    with visiting(browser, account, java_script_enabled=False) as visit:
        visit.page.goto(f"{account.url}/_emulator/ui/accounts/{account.name}/catalogue")
        visit.page.get_by_role("searchbox", name="Search").fill("pico")
        visit.press("Search")
        expect(visit.rows("#presets")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1600])
def test_it_hinders_nobody(browser: Browser, account: Account, width: int) -> None:
    with visiting(browser, account, viewport={"width": width, "height": 900}) as visit:
        visit.open(query="/catalogue")
        visit.rows("#presets").first.locator("summary").click()
        keep_picture(visit, f"catalogue-{width}", full_page=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        visit.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert serious_findings(visit) == []
