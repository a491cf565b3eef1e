"""The account's page: its clock, its cards, its requests and faults."""

import re
import subprocess
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Account
from tests.browser.driving.visit import Visit, visiting
from tests.support.processes import DEADLINE

pytestmark = pytest.mark.acceptance


def typed(command: str) -> str:
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=DEADLINE, check=True
    ).stdout


def test_the_clock_is_frozen_run_changed_and_advanced(visit: Visit) -> None:
    visit.open()
    visit.see("#now", "2030-01-01 00:00:00")
    visit.press("Advance by 10 s")
    visit.see("#now", "2030-01-01 00:00:10")
    visit.press("Advance by 1 min")
    visit.see("#now", "2030-01-01 00:01:10")
    visit.see("#said", "The clock shows 2030-01-01 00:01:10")
    visit.page.get_by_role("spinbutton", name="Rate").fill("1000")
    visit.press("Set rate")
    visit.see("#said", "rate 1000")
    visit.press("▶ Run")
    visit.see("#bar", "running ×1000")
    expect(visit.page.locator("#now")).not_to_contain_text("00:01:")
    visit.press("❚❚ Freeze")
    visit.see("#bar", "frozen")
    assert visit.account.clock["mode"] == "frozen"


def test_the_clock_is_advanced_by_a_length_of_ones_own(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_role("spinbutton", name="Length to advance by").fill("1.5")
    visit.page.get_by_role("combobox", name="Unit").select_option("hours")
    visit.press("Advance")
    visit.see("#now", "2030-01-01 01:30:00")


def test_an_auto_clock_moves_with_the_checks(visit: Visit) -> None:
    visit.open()
    visit.press("» Auto")
    visit.see("#bar", "» auto")
    assert visit.account.clock["mode"] == "auto"


def test_an_impossible_rate_is_refused_in_words(visit: Visit) -> None:
    visit.open()
    visit.page.locator("#bar-title").evaluate(
        "() => document.querySelector('[name=rate]').removeAttribute('max')"
    )
    visit.page.get_by_role("spinbutton", name="Rate").fill("1000000")
    visit.press("Set rate")
    visit.see("#said", "rate: 1000000: Input should be less than or equal to 10000")
    expect(visit.page.get_by_role("spinbutton", name="Rate")).to_be_focused()
    visit.complaints.clear()  # the browser logs the 422


def test_a_reset_asks_first_and_starts_the_chosen_scenario(visit: Visit) -> None:
    visit.open()
    expect(visit.page.locator(".card.vm")).to_have_count(4)
    visit.page.get_by_role("combobox", name="Scenario").select_option("one-vm")
    visit.press("Reset")
    visit.see("dialog", "running tasks")
    visit.agree("Cancel")
    assert len(visit.account.emulator.control("GET", f"/accounts/{visit.account.name}")["vms"]) == 4
    visit.press("Reset")
    visit.agree("Reset")
    expect(visit.page.locator(".card.vm")).to_have_count(1)
    visit.see("#bar", "scenario one-vm")


def test_the_token_and_a_first_curl_line_are_copied(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open()
    visit.press("Copy token")
    visit.see("#said", "Copied token.")
    assert visit.page.evaluate("navigator.clipboard.readText()") == visit.account.token
    visit.press("Copy curl")
    visit.see("#said", "Copied curl.")
    assert '"servers":[12345,12346,12347,12348]' in typed(
        visit.page.evaluate("navigator.clipboard.readText()")
    )


def test_a_refresh_leaves_a_button_alone_while_it_says_what_it_copied(visit: Visit) -> None:
    visit.call("eq", "list")
    visit.open()
    row = visit.rows("#journal").last
    row.locator("summary").click()
    button = row.locator("[data-copy]")
    button.evaluate("(button) => { button.dataset.former = 'Copy'; button.textContent = 'Said'; }")
    visit.call("eq", "list")
    expect(visit.rows("#journal")).to_have_count(2)
    expect(button).to_have_text("Said")
    button.evaluate("(button) => { delete button.dataset.former; }")
    visit.call("eq", "list")
    expect(visit.rows("#journal")).to_have_count(3)
    expect(button).to_have_text("Copy as curl")


def test_copying_works_without_the_browsers_clipboard(visit: Visit) -> None:
    # A page from another machine over plain HTTP has no clipboard.
    visit.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    visit.open(12345)
    visit.press("Copy token")
    visit.see("#said", "Copied token.")
    name = visit.page.get_by_label("Name of the new snapshot")
    name.fill("")
    name.press("Control+V")
    expect(name).to_have_value(visit.account.token)


def test_a_card_shows_the_state_of_its_machine(visit: Visit) -> None:
    visit.open()
    card = visit.page.locator('[data-key="vm-12345"]')
    for text in ("VPS on openstack", "● on", "unlocked", "of 40 GiB", "2 of 4", "Memory"):
        expect(card).to_contain_text(text)
    visit.call("eq", "off", id=12345)
    expect(card).to_contain_text("locked: Power off")
    visit.account.advance_until_idle()
    expect(card).to_contain_text("○ off")
    card.get_by_role("link").click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("web-1")


def test_polls_faults_and_jumps_are_shown_in_the_timeline(visit: Visit) -> None:
    visit.open()
    key = visit.call("eq", "off", id=12345)["callback"]
    visit.account.advance(2)
    visit.call("eq_callback", "check", key=key)
    visit.account.fault("task_hangs")
    visit.call("eq", "on", id=12346)
    lanes = visit.page.locator("#lanes")
    expect(lanes.locator('[data-key="lane-12345"] .poll')).to_have_count(1)
    expect(lanes.locator('[data-key="lane-12346"] .fault')).to_have_count(1)
    expect(lanes.locator('[data-key="lane-12346"] .task')).to_have_attribute(
        "aria-label", re.compile("hangs")
    )
    expect(lanes.locator('[data-key="lane-12345"] line.jump title')).to_have_text("clock moved 2 s")
    visit.page.get_by_role("combobox", name="Show").select_option("2m")
    expect(visit.page).to_have_url(re.compile("window=2m"))


def test_the_timeline_zooms(visit: Visit) -> None:
    visit.open()
    visit.call("eq", "off", id=12345)
    window = visit.page.get_by_role("combobox", name="Show")
    visit.press("Zoom out")
    expect(window).to_have_value("30s")
    visit.press("Zoom out")
    expect(window).to_have_value("2m")
    expect(visit.page).to_have_url(re.compile("window=2m"))
    visit.press("Zoom in")
    expect(window).to_have_value("30s")


def test_a_vm_of_a_thousand_is_found_by_its_id(visit: Visit) -> None:
    visit.account.reset(scenario="large")
    visit.open()
    expect(visit.page.locator(".card.vm")).to_have_count(24)
    visit.follow("Last")
    visit.see("#cards", "VMs 985 to 1000 of 1000")
    visit.page.get_by_role("searchbox", name="Search VMs").fill("20500")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".card.vm")).to_have_count(1)
    expect(visit.page).to_have_url(re.compile("q=20500"))
    expect(visit.page).not_to_have_url(re.compile("from="))


def test_vms_can_be_searched_without_scripts(browser: Browser, account: Account) -> None:
    account.reset(scenario="large")
    with visiting(browser, account, java_script_enabled=False) as visit:
        visit.page.goto(f"{account.url}/_emulator/ui/accounts/{account.name}?from=20985")
        visit.see("#cards", "VMs 985 to 1000 of 1000")
        visit.page.get_by_role("searchbox", name="Search VMs").fill("20500")
        visit.press("Search")
        expect(visit.page).to_have_url(re.compile(r"\?q=20500$"))
        expect(visit.page.locator(".card.vm")).to_have_count(1)


def test_requests_come_newest_first_and_unfold(visit: Visit) -> None:
    visit.open()
    visit.call("eq", "list")
    visit.call("vm", "create_snapshot", id=12345, name="a", nmae="b", headers={"User-Agent": "my-client/1"})
    rows = visit.rows("#journal")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("create_snapshot")
    rows.first.locator("summary").click()
    for text in ("nmae", "Unread fields", "my-client/1", '"callback"', "HTTP 200"):
        expect(rows.first).to_contain_text(text)
    visit.call("eq", "list")
    expect(rows).to_have_count(3)
    expect(visit.page.locator("#journal details[open]")).to_contain_text("nmae")


def test_requests_are_filtered_by_action_and_result(visit: Visit) -> None:
    visit.open()
    visit.call("eq", "list")
    visit.call("eq", "on", id=1)
    visit.call("eq", "on", id=12346)
    visit.page.get_by_role("combobox", name="Action", exact=True).select_option("on")
    expect(visit.rows("#journal")).to_have_count(2)
    visit.page.get_by_role("combobox", name="Result").select_option("refused")
    expect(visit.rows("#journal")).to_have_count(1)
    visit.see("#journal", "vm_not_found")
    visit.page.reload()
    expect(visit.rows("#journal")).to_have_count(1)


def test_requests_before_a_reset_are_folded_and_cleared(visit: Visit) -> None:
    visit.open()
    visit.call("eq", "list")
    expect(visit.rows("#journal")).to_have_count(1)
    visit.account.reset()
    visit.see("#journal", "reset to scenario demo")
    expect(visit.rows("#journal")).to_have_count(0)
    former = visit.page.locator("#former-requests")
    expect(former.locator("details.row")).not_to_be_visible()
    former.get_by_text("1 earlier request").click()
    expect(former.locator("details.row")).to_be_visible()
    visit.press("Clear requests")
    visit.agree("Clear")
    expect(former).to_have_count(0)
    assert visit.account.requests() == []


def test_a_request_is_copied_as_curl_and_repeats_it(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open()
    excluded: dict[str, Any] = {"exclude_rotation[]": ["a", "b"]}
    visit.call("vm", "update_restore_settings", id=12345, **excluded)
    row = visit.rows("#journal").first
    row.locator("summary").click()
    row.get_by_role("button", name="Copy as curl").click()
    visit.see("#said", "Copied as curl.")
    assert '"exclude_rotation":["a","b"]' in typed(visit.page.evaluate("navigator.clipboard.readText()"))
    expect(visit.rows("#journal")).to_have_count(2)
