"""A VM's page, used as a person would: make a snapshot, watch it finish, restore it, see what was sent."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving.visit import Visit

pytestmark = pytest.mark.acceptance

VM = 12345


def bar_width(visit: Visit) -> float:
    """Return how much of the newest bar in the lane is filled, in percent."""
    filled = visit.page.locator("#lanes .task .reached").last.get_attribute("width")
    return float((filled or "0").rstrip("%"))


def test_a_snapshot_made_with_the_button_is_shown_until_its_end(visit: Visit) -> None:
    visit.open(VM)
    visit.page.get_by_label("Name of the new snapshot").fill("mine")
    visit.press("Create snapshot")
    visit.see("#answer", "POST /vm.php")
    visit.see("#answer", '"action": "create_snapshot"')
    visit.see("#chains .making", "mine")
    expect(visit.page.locator("#lanes .task.running")).to_have_count(1)
    assert bar_width(visit) == 0
    visit.press("Advance by 10 s")
    visit.see("#chains .making", "copy disk")
    expect(visit.page.locator("#tasks progress")).to_have_attribute("value", re.compile(r"2\d"))
    assert 20 < bar_width(visit) < 30
    visit.press("Advance to idle")
    expect(visit.page.locator("#lanes .task.done")).to_have_count(1)
    assert bar_width(visit) == 100
    assert visit.snapshots() == ["fresh-install", "before-release", "mine"]
    visit.see(".link.origin", "mine")


def test_a_restore_names_what_it_deletes_asks_and_deletes_it(visit: Visit) -> None:
    visit.open(VM)
    visit.press("Power off")
    visit.see("#answer", '"action": "off"')
    visit.press("Advance to idle")
    visit.see("#vm", "○ off")
    link = visit.page.locator('.link[data-name="fresh-install"]')
    expect(link).to_contain_text("Restoring it deletes before-release")
    visit.press("Restore fresh-install")
    expect(visit.page.get_by_role("dialog").get_by_role("listitem")).to_have_text(["before-release"])
    visit.agree("Cancel")
    assert visit.account.requests(action="restore_snapshot") == []
    visit.press("Restore fresh-install")
    visit.agree("Restore")
    visit.see("#tasks", "Restore snapshot")
    visit.press("Advance to idle")
    expect(visit.page.locator("#chains .link")).to_have_count(1)
    assert visit.snapshots() == ["fresh-install"]
    visit.see(".descent", "is exactly fresh-install")


def test_an_abandoned_question_does_not_answer_the_next_one(visit: Visit) -> None:
    visit.open(VM)
    visit.press("Power off")
    visit.see("#answer", '"action": "off"')
    visit.account.advance_until_idle()
    visit.see("#vm", "○ off")
    visit.press("Restore fresh-install")
    again = visit.page.get_by_role("button", name="Restore before-release", exact=True, include_hidden=True)
    again.evaluate("(button) => { document.getElementById('ask').close('no'); button.click(); }")
    visit.agree("Restore")
    visit.see("#answer", '"action": "restore_snapshot"')
    (request,) = visit.account.requests(action="restore_snapshot")
    assert request["fields"]["name"] == "before-release"


def test_a_refusal_is_shown_with_its_reason(visit: Visit) -> None:
    visit.open(VM)
    visit.press("Restore before-release")
    visit.see("dialog", "power it off first")
    visit.agree("Restore")
    visit.see("#answer", "X-Emulator-Reason: vm_running")
    visit.press("Power it off")
    visit.see("#answer", '"action": "off"')
    expect(visit.rows("#journal").nth(1)).to_contain_text("vm_running")


def test_a_snapshot_is_removed(visit: Visit) -> None:
    visit.open(12346)
    first = visit.snapshots()[0]
    visit.press(f"Remove {first}")
    visit.agree("Remove")
    visit.see("#answer", '"action": "remove_snapshot"')
    visit.press("Advance to idle")
    expect(visit.page.locator("#chains .link")).to_have_count(3)
    assert first not in visit.snapshots()


@pytest.mark.parametrize(
    ("button", "action", "field"),
    [
        ("List snapshots", "get_snapshot", "snapshots"),
        ("Load statistics", "load_stats", "callback"),
        ("Power status", "status", "callback"),
        ("Sensors", "sensors", "callback"),
        ("Show", "show", "server_data"),
        ("Engines", "get_engine", "engines"),
        ("Reboot", "reboot", "callback"),
        ("Power on", "on", "callback"),
    ],
)
def test_every_button_sends_what_a_client_would_send(
    visit: Visit, button: str, action: str, field: str
) -> None:
    visit.open(VM)
    visit.press(button)
    visit.see("#answer", f'"{field}"')
    (request,) = visit.account.requests()
    assert (request["action"], request["vm"], request["unread"]) == (
        action,
        None if action == "get_engine" else VM,
        [],
    )


def test_cutting_the_power_asks_first(visit: Visit) -> None:
    visit.open(VM)
    visit.press("Hard off")
    visit.see("dialog", "contents of its memory are lost")
    visit.agree("Cut the power")
    visit.see("#answer", '"action": "hard_off"')
    visit.press("Advance to idle")
    visit.see("#vm", "○ off")


def test_a_key_is_checked_and_then_spent(visit: Visit) -> None:
    visit.open(VM)
    visit.press("Power status")
    visit.press("Check this key")
    visit.see("#answer", "Not ready")
    visit.press("Advance to idle")
    visit.see("#said", "1 task ended")
    visit.press("Check this key")
    visit.see("#answer", "VM is up now")
    visit.page.locator("summary", has_text="Check a key").click()
    visit.press("Check")
    visit.see("#answer", "X-Emulator-Reason: key_spent")


def test_rotation_is_updated_and_shown(visit: Visit) -> None:
    visit.open(VM)
    visit.page.locator("summary", has_text="Rotation").click()
    visit.page.get_by_role("combobox", name="Rotation").select_option("on")
    visit.page.get_by_label("Excluded snapshots").fill("fresh-install")
    visit.press("Update rotation")
    visit.see('.link[data-name="fresh-install"]', "excluded from rotation")
    visit.see(".chain-head", "rotation on")
    assert visit.account.vm(VM)["settings"]["snapshot"]["exclude_rotation"] == ["fresh-install"]


def test_statistics_show_and_shade_the_tasks(visit: Visit) -> None:
    visit.open(VM)
    visit.call("vm", "create_snapshot", id=VM, name="busy")
    visit.press("Advance to idle")
    expect(visit.page.locator("#charts figure").nth(2).locator("rect.shade")).to_have_count(1)
    disk = visit.page.get_by_role("img", name=re.compile("Disk, last hour"))
    peak = re.compile(r"read: minimum [\d.]+ KiB/s, maximum \d+\.\d MiB/s")
    expect(disk).to_have_attribute("aria-label", peak)  # the shade is there while the task runs


def test_a_finished_task_can_be_inspected_from_its_bar(visit: Visit) -> None:
    visit.open(VM)
    visit.call("eq", "off", id=VM)
    visit.press("Advance to idle")
    visit.page.locator("#lanes a.task").click()
    opened = visit.page.locator("#tasks details[open]")
    expect(opened).to_contain_text("VM is down now")
    expect(opened).to_contain_text("shut down, until 2030-01-01 00:00:0")
