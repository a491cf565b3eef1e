"""The form of a fault rule: it offers only what applies, and names what is wrong."""

import pytest
from playwright.sync_api import expect

from invapi_emulator.engine.faults import rules as _rules  # noqa: F401 - the import fills the table of kinds
from invapi_emulator.engine.faults.kinds import FAULTS
from tests.browser.driving.visit import Visit

pytestmark = pytest.mark.acceptance


def test_a_fault_is_added_fires_is_switched_off_and_deleted(visit: Visit) -> None:
    visit.open()
    form = visit.page.locator("#new-fault")
    form.get_by_role("combobox", name="Kind").select_option("reject")
    form.get_by_role("textbox", name="message").fill("no more")
    form.get_by_role("combobox", name="action").select_option("create_snapshot")
    form.get_by_role("textbox", name="fields").fill("name=a")
    form.get_by_role("spinbutton", name="times").fill("")
    visit.press("Add fault")
    visit.see("#rules", 'on {"action":"create_snapshot","fields":{"name":"a"}}')
    assert visit.call("vm", "create_snapshot", id=12345, name="a")["message"] == "no more"
    visit.see("#rules", "fired 1 times, no limit")
    expect(visit.rows("#journal").first).to_contain_text("⚡ reject")
    visit.press("Switch off rule 1")
    visit.see("#rules", "○ off")
    assert visit.call("vm", "create_snapshot", id=12345, name="a")["result"] == "OK"
    visit.press("Delete rule 1")
    visit.agree("Delete")
    visit.see("#rules", "No rule")


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_the_first_click_adds_a_rule_of_every_kind(visit: Visit, kind: str) -> None:
    visit.open()
    visit.page.locator("#new-fault").get_by_role("combobox", name="Kind").select_option(kind)
    visit.press("Add fault")
    visit.see("#new-fault output", f"Rule 1, {kind}, is on")
    visit.see("#rules", kind)


def test_a_wrong_field_has_its_error_beside_it_and_the_focus(visit: Visit) -> None:
    visit.open()
    form = visit.page.locator("#new-fault")
    form.get_by_role("combobox", name="Kind").select_option("http_status")
    status = form.get_by_role("spinbutton", name="status")
    status.fill("99")
    visit.press("Add fault")
    visit.see("#http_status-status-error", "Enter 400 or more.")
    expect(status).to_be_focused()
    expect(status).to_have_attribute("aria-invalid", "true")
    status.fill("503")
    visit.press("Add fault")
    visit.see("#rules", "http_status")
    expect(visit.page.locator("#http_status-status-error")).to_be_empty()


def test_an_error_that_only_the_server_finds_is_beside_the_field_too(visit: Visit) -> None:
    visit.open()
    form = visit.page.locator("#new-fault")
    form.get_by_role("spinbutton", name="probability").fill("0")
    visit.press("Add fault")
    expect(visit.page.locator("#probability-error")).to_have_text("It should be greater than 0")
    visit.complaints.clear()  # the browser logs the 422


def test_an_error_of_several_fields_is_in_words_and_goes_with_the_kind(visit: Visit) -> None:
    visit.open()
    form = visit.page.locator("#new-fault")
    form.get_by_role("combobox", name="Kind").select_option("latency")
    form.get_by_role("combobox", name="distribution").select_option("uniform")
    form.get_by_role("spinbutton", name="low").fill("9")
    visit.press("Add fault")
    expect(form.locator("output")).to_have_text("`low` 9 is more than `high` 5")
    form.get_by_role("combobox", name="Kind").select_option("reject")
    expect(form.locator("output")).to_be_empty()
    visit.complaints.clear()  # the browser logs the 422


def test_only_the_fields_that_apply_are_there(visit: Visit) -> None:
    visit.open()
    form = visit.page.locator("#new-fault")
    kind = form.get_by_role("combobox", name="Kind")
    kind.select_option("latency")
    expect(form.get_by_role("spinbutton", name="seconds")).to_be_visible()
    expect(form.get_by_role("spinbutton", name="median")).not_to_be_visible()
    form.get_by_role("combobox", name="distribution").select_option("lognormal")
    expect(form.get_by_role("spinbutton", name="seconds")).not_to_be_visible()
    expect(form.get_by_role("spinbutton", name="median")).to_be_visible()
    kind.select_option("out_of_stock")
    expect(form.get_by_role("combobox", name="action")).not_to_be_visible()
    kind.select_option("reject")
    expect(form.get_by_role("combobox", name="action")).to_be_visible()


def test_the_form_on_the_page_of_a_vm_is_about_this_vm(visit: Visit) -> None:
    visit.open(12345)
    visit.press("Add fault")
    visit.see("#rules", 'on {"id":12345}')
    assert visit.call("eq", "status", id=12345)["result"] != "OK"
    assert visit.call("eq", "status", id=12346)["result"] == "OK"
