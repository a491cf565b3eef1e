"""States that one click brings about, and how they are undone."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.driving.visit import Visit

pytestmark = pytest.mark.acceptance


def test_a_click_writes_a_rule_shows_it_and_says_how_to_undo_it(visit: Visit) -> None:
    visit.open()
    visit.press("503 once")
    visit.see("#states-said", 'Rule 1: {"kind":"http_status","status":503}. To undo it: Delete the rule')
    visit.see("#rules", "http_status")
    visit.press("Undo rule 1")
    visit.see("#rules", "No rules")
    assert visit.call("eq", "list")["result"] == "OK"


def test_the_next_reply_is_lost(visit: Visit) -> None:
    visit.open()
    visit.press("Lose the next reply")
    visit.see("#rules", "lost_reply")
    with pytest.raises(httpx.TransportError):
        visit.call("eq", "list")
    assert visit.call("eq", "list")["result"] == "OK"


def test_the_token_expires(visit: Visit) -> None:
    visit.open()
    visit.press("Expire the token")
    visit.see("#rules", "expired_token")
    assert visit.call("eq", "list")["result"] != "OK"
    assert visit.call("eq", "list")["result"] != "OK"
    visit.account.reset()
    assert visit.call("eq", "list")["result"] == "OK"


def test_the_next_snapshot_of_a_vm_fails(visit: Visit) -> None:
    visit.open(12345)
    visit.press("Next snapshot fails")
    visit.see("#rules", 'on {"action":"create_snapshot","id":12345}')
    visit.call("vm", "create_snapshot", id=12345, name="doomed")
    visit.account.advance_until_idle()
    visit.see("#tasks", "✗ failed")


def test_a_vm_is_locked_and_unlocked(visit: Visit) -> None:
    visit.open(12345)
    visit.press("Lock this VM")
    visit.see("#vm", "locked: Reboot, hangs")
    visit.see("#states-said", "Complete the task under Tasks")
    visit.account.advance(3600)
    assert visit.call("eq", "off", id=12345)["result"] != "OK"
    visit.rows("#tasks").first.locator("summary").click()
    visit.press("Complete now")
    expect(visit.page.locator("#vm")).not_to_contain_text("locked: Reboot")
