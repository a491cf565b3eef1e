"""Accessibility: narrow and wide, light and dark, with the keyboard, with a screen reader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from invapi_emulator.testing import Account, Emulator
from tests.browser.driving.visit import Visit, visiting
from tests.support.processes import ROOT

pytestmark = pytest.mark.acceptance

VM = 12345
PICTURES = Path(ROOT) / "artifacts" / "page"
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def busy(emulation: Emulator) -> Iterator[Account]:
    """Yield an account with some of everything."""
    account = emulation.account(seed=7)
    client = Visit(page=None, account=account)  # type: ignore[arg-type] # only makes calls
    key = client.call("vm", "create_snapshot", id=VM, name="before-upgrade")["callback"]
    account.advance(10)
    client.call("eq_callback", "check", key=key)
    client.call("vm", "create_snapshot", id=12346, name="one-more", headers={"User-Agent": "panel/1.0"})
    account.advance_until_idle()
    account.fault("task_fails", match={"action": "reboot"}, allow_unused=True)
    account.fault(
        "reject", message="quota", times=None, skip=3, match={"action": "create_snapshot"}, allow_unused=True
    )
    client.call("eq", "reboot", id=VM)
    client.call("vm", "load_stats", id=12348, typo="1")
    account.advance(8)
    client.call("vm", "create_snapshot", id=12348, name="nightly")
    client.call("eq", "off", id=VM)
    account.advance(3)
    yield account
    account.close()


@pytest.mark.parametrize("vm", [None, VM], ids=["account", "machine"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1600])
def test_it_fits_and_is_readable_in_every_mode(
    browser: Browser, busy: Account, width: int, scheme: Scheme, vm: int | None
) -> None:
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with visiting(browser, busy, **window) as visit:
        visit.open(vm)
        visit.rows("#journal").first.locator("summary").click()
        visit.rows("#tasks").first.locator("summary").click()
        visit.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        keep_picture(visit, f"{'account' if vm is None else 'machine'}-{width}-{scheme}", full_page=True)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        visit.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert serious_findings(visit) == []


def keep_picture(visit: Visit, name: str, *, full_page: bool = False) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    visit.page.screenshot(path=PICTURES / f"{name}.png", full_page=full_page)


def serious_findings(visit: Visit) -> list[str]:
    return findings_of(visit.page)


def findings_of(page: Page) -> list[str]:
    """Return what axe finds to hinder users, each with its first element."""
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious]


def test_the_dialog_and_the_answer_fit_a_narrow_window(browser: Browser, account: Account) -> None:
    with visiting(browser, account, viewport={"width": 390, "height": 800}) as visit:
        visit.open(VM)
        visit.press("Restore fresh-install")
        keep_picture(visit, "dialog-390")
        visit.agree("Restore")
        visit.see("#answer", "vm_running")
        expect(visit.page.locator("#answer")).to_be_in_viewport()
        keep_picture(visit, "answer-390")
        assert serious_findings(visit) == []
        visit.press("Hide")
        expect(visit.page.locator("#answer")).not_to_be_visible()


def focused(visit: Visit) -> str:
    name: str = visit.page.evaluate(
        "(document.activeElement.ariaLabel ?? document.activeElement.textContent ?? '').trim()"
    )
    return name


def tab_to(visit: Visit, name: str) -> None:
    """Press Tab until the element with this name has the focus, which must be visible."""
    for _ in range(120):
        visit.page.keyboard.press("Tab")
        if focused(visit) == name:
            assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_everything_works_with_the_keyboard_alone(visit: Visit) -> None:
    visit.open()
    visit.page.keyboard.press("Tab")
    assert focused(visit) == "Skip to content"
    visit.page.keyboard.press("Enter")
    tab_to(visit, "web-1, VM 12345")
    visit.page.keyboard.press("Enter")
    visit.arrive("web-1")
    tab_to(visit, "Create snapshot")
    visit.page.keyboard.press("Enter")
    visit.see("#chains .making", "my-snapshot")
    visit.page.keyboard.press("Control+Home")
    visit.page.get_by_role("link", name="invapi-emulator").focus()
    tab_to(visit, "Advance to idle")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator('.link[data-name="my-snapshot"]')).to_be_visible()
    tab_to(visit, "Power off")
    visit.page.keyboard.press("Space")
    visit.see("#answer", '"action": "off"')
    visit.account.advance_until_idle()
    visit.see("#vm", "○ off")
    tab_to(visit, "Restore before-release")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("dialog")).to_contain_text("my-snapshot")
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("dialog")).not_to_be_visible()
    assert focused(visit) == "Restore before-release"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.see("#answer", '"action": "restore_snapshot"')
    visit.account.advance_until_idle()
    expect(visit.page.locator('.link[data-name="my-snapshot"]')).to_have_count(0)


def test_reduced_motion_is_respected(browser: Browser, account: Account) -> None:
    with visiting(browser, account, reduced_motion="reduce") as visit:
        visit.open()
        assert visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
