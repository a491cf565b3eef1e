"""Draw the pictures of the page in docs/images: one of each kind of page, in light and in dark.

`make screenshots` runs it. It needs Chromium and serves the page itself. The seed and the clock are fixed, so that a
picture changes only when the page does. The list of accounts also shows real time: ages and last calls.
"""

from base64 import b64decode
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

from invapi_emulator.testing import Account, Emulator
from tests.browser.driving.chromium import chromium
from tests.browser.driving.visit import visiting
from tests.support.processes import served

FOLDER = Path(__file__).parents[1] / "docs" / "images"
VM = 12345
NOON = {"mode": "frozen", "now": "2026-06-01T12:00:00Z"}
WINDOW: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = {
    "page": f"/{{account}}/vms/{VM}",
    "account": "/{account}",
    "accounts": "",
    "orders": "/{account}/orders",
    "catalogue": "/{account}/catalogue",
}
"""The path of each page below that of the accounts. The picture of a VM's page is also in the README."""

LOGIN = "login"
PICTURES = (*PAGES, LOGIN)
"""The names of all pictures."""


def play(account: Account) -> None:
    """Make one snapshot, and leave another under way."""
    account.call("vm", "create_snapshot", id=VM, name="before-upgrade")
    account.advance(until="idle")
    account.advance(40)
    account.call("vm", "create_snapshot", id=VM, name="nightly")
    account.advance(15)


def picture(page: Page) -> bytes:
    """Return what the window shows as WebP, which takes half the bytes of PNG."""
    devtools = page.context.new_cdp_session(page)
    answer = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": 85})
    return b64decode(answer["data"])


def draw(browser: Browser, folder: Path) -> None:
    """Draw a picture of each page in each scheme into the folder: `account-light.webp` and so on."""
    with served() as server:
        account = Emulator(server.url).account(name="backups", clock=NOON, seed=7)
        play(account)
        for scheme in SCHEMES:
            with visiting(browser, account, viewport=WINDOW, color_scheme=scheme) as visit:
                for name, path in PAGES.items():
                    address = f"/_emulator/ui/accounts{path.format(account=account.name)}"
                    (folder / f"{name}-{scheme}.webp").write_bytes(picture(visit.open_path(address).page))


def draw_login(browser: Browser, folder: Path) -> None:
    """Draw a picture of the login, which a server with an admin token has."""
    with served("--admin-token", "a-token") as server:
        for scheme in SCHEMES:
            page = browser.new_page(viewport=WINDOW, color_scheme=scheme)
            page.goto(f"{server.url}/_emulator/ui/login")
            (folder / f"{LOGIN}-{scheme}.webp").write_bytes(picture(page))
            page.close()


if __name__ == "__main__":
    with chromium() as found:
        draw(found, FOLDER)
        draw_login(found, FOLDER)
