"""The form for the admin token, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_for_everybody import PICTURES, Scheme, findings_of
from tests.support.processes import served

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("--clock", "frozen", "--admin-token", "open sesame") as server:
        yield server.url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def enter(page: Page, token: str) -> None:
    page.get_by_label("Admin token").fill(token)
    page.get_by_role("button", name="Log in").click()


def test_with_the_token_the_page_is_live_and_its_buttons_work_until_logout(page: Page, url: str) -> None:
    page.goto(f"{url}/_emulator/ui/accounts/demo/vms/12345")
    enter(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("The admin token is wrong.")
    enter(page, "open sesame")
    expect(page).to_have_url(f"{url}/_emulator/ui/accounts/demo/vms/12345")
    expect(page.locator("#stream")).to_have_attribute("data-state", "live")
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(f"{url}/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_readable(browser: Browser, url: str, scheme: Scheme) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 600})
    page = context.new_page()
    page.goto(f"{url}/")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"login-390-{scheme}.png")
    assert findings_of(page) == []
    context.close()


def test_an_open_page_asks_again_when_its_cookie_is_invalid(page: Page, url: str) -> None:
    page.goto(url)
    enter(page, "open sesame")
    expect(page.locator("#stream")).to_have_attribute("data-state", "live")
    page.context.clear_cookies()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
