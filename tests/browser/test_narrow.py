"""The page in a window of 390 pixels: what is not needed at once is folded."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Account
from tests.browser.driving.visit import Visit, visiting

pytestmark = pytest.mark.acceptance


@pytest.fixture
def narrow(browser: Browser, account: Account) -> Iterator[Visit]:
    with visiting(browser, account, viewport={"width": 390, "height": 800}) as visit:
        yield visit


def test_the_bar_is_folded_until_its_button_is_pressed(narrow: Visit) -> None:
    narrow.open()
    freeze = narrow.page.get_by_role("button", name="❚❚ Freeze")
    expect(freeze).not_to_be_visible()
    fold = narrow.page.get_by_role("button", name="Clock, reset and token")
    fold.focus()
    narrow.page.keyboard.press("Enter")
    expect(freeze).to_be_visible()
    expect(fold).to_have_attribute("aria-expanded", "true")
    narrow.account.advance(5)
    narrow.see("#now", "2030-01-01 00:00:05")
    expect(freeze).to_be_visible()
    fold.press("Enter")
    expect(freeze).not_to_be_visible()


def test_the_navigation_is_one_line(narrow: Visit) -> None:
    narrow.open()
    links = narrow.page.locator(".top nav a")
    assert links.count() > 5
    assert len({round(box["y"]) for link in links.all() if (box := link.bounding_box())}) == 1


def test_ten_requests_are_shown_until_all_are_asked_for(narrow: Visit) -> None:
    narrow.open()
    for _ in range(10):
        narrow.call("eq", "list")
    expect(narrow.rows("#journal")).to_have_count(10)
    everything = narrow.page.get_by_role("button", name="All requests")
    expect(everything).not_to_be_visible()
    narrow.call("eq", "list")
    expect(narrow.rows("#journal")).to_have_count(11)
    visible = narrow.page.locator("#journal > details.row:visible")
    expect(visible).to_have_count(10)
    everything.click()
    expect(visible).to_have_count(11)
    narrow.call("eq", "list")
    expect(visible).to_have_count(12)


def test_a_wide_window_folds_nothing(visit: Visit) -> None:
    visit.open()
    expect(visit.page.get_by_role("button", name="❚❚ Freeze")).to_be_visible()
    expect(visit.page.locator(".fold:visible")).to_have_count(0)


def test_the_state_of_a_disk_and_the_lock_are_explained(visit: Visit) -> None:
    visit.open(12345)
    visit.see("#vm", "The fingerprint identifies its content")
    visit.see("#vm", "fingerprint")
    visit.see(".lockline", "Lock: unlocked, no task is running")
