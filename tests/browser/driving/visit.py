"""A person on the page of an account, and a client that calls the API meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

from invapi_emulator.testing import Account
from tests.support.processes import DEADLINE

expect.set_options(timeout=DEADLINE * 1000)


@dataclass
class Visit:
    """A visit. `complaints` are the errors that the browser logs. None may be left at the end."""

    page: Page
    account: Account
    complaints: list[str] = field(default_factory=list)

    def open(self, vm: int | None = None, query: str = "") -> "Visit":
        path = f"/_emulator/ui/accounts/{self.account.name}" + ("" if vm is None else f"/vms/{vm}")
        return self.open_path(path + query)

    def open_path(self, path: str) -> "Visit":
        self.page.goto(f"{self.account.url}{path}")
        return self.wait_until_live()

    def follow(self, link: str) -> "Visit":
        """Click a link to another page, and wait until its scripts run."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link, exact=True).click()
        return self.wait_until_live()

    def arrive(self, heading: str) -> "Visit":
        """Wait until the page with this heading is there and its scripts run: its buttons work then."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        return self.wait_until_live()

    def wait_until_live(self) -> "Visit":
        expect(self.page.locator("#stream")).to_have_attribute("data-state", "live")
        return self

    def press(self, name: str, within: str = "body") -> None:
        self.page.locator(within).get_by_role("button", name=name, exact=True).click()

    def agree(self, name: str) -> None:
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def see(self, within: str, text: str) -> None:
        expect(self.page.locator(within)).to_contain_text(text)

    def rows(self, within: str) -> Locator:
        return self.page.locator(f"{within} > details.row")

    def snapshots(self) -> list[str]:
        return self.page.locator("#chains .link:not(.making, .none) .name").all_inner_texts()

    def call(self, module: str, action: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        """Call the API as a client of the account."""
        token = {} if module == "eq_callback" else {"token": self.account.token}
        form = {"action": action, **token, **fields}
        return httpx.post(f"{self.account.url}/{module}.php", data=form, headers=headers).json()


@contextmanager
def visiting(browser: Browser, account: Account, **window: Any) -> Iterator[Visit]:
    context = browser.new_context(**{"viewport": {"width": 1600, "height": 1000}} | window)
    context.set_default_timeout(DEADLINE * 1000)
    visit = Visit(context.new_page(), account)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on(
        "console", lambda said: visit.complaints.extend([said.text] if said.type == "error" else [])
    )
    try:
        yield visit
        assert visit.complaints == []
    finally:
        context.close()
