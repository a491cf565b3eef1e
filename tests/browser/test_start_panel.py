"""The panel that helps with the first call."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driving.visit import Visit
from tests.support.processes import DEADLINE

pytestmark = pytest.mark.acceptance


def test_the_copied_line_is_a_first_call(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open()
    visit.see("#start", "no client has called this account yet")
    visit.press("Copy first call")
    visit.see("#said", "Copied first call.")
    line = visit.page.evaluate("navigator.clipboard.readText()")
    answer = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=DEADLINE, check=True
    )
    assert '"servers":[12345,12346,12347,12348]' in answer.stdout
    visit.page.reload()
    expect(visit.page.locator("#start")).not_to_have_attribute("open", "")


def test_the_api_key_is_shown_on_a_click_and_works_with_the_keyboard(visit: Visit) -> None:
    visit.open()
    key = visit.page.get_by_text(visit.account.api_key, exact=True)
    expect(key).not_to_be_visible()
    visit.page.get_by_text("Show the API key").focus()
    visit.page.keyboard.press("Enter")
    expect(key).to_be_visible()
    visit.call("eq", "list")
    expect(visit.rows("#journal")).to_have_count(1)
    expect(key).to_be_visible()


def test_an_export_is_imported_again(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Export").click()
    file = tmp_path / "world.json"
    download.value.save_as(file)
    world = json.loads(file.read_text(encoding="utf-8"))
    world["vms"] = [vm for vm in world["vms"] if vm["id"] == 12345]
    file.write_text(json.dumps(world), encoding="utf-8")
    visit.page.get_by_label("Import an export").set_input_files(file)
    visit.press("Import")
    visit.agree("Import")
    visit.see("#start output", "world.json is imported")
    expect(visit.page.locator(".card.vm")).to_have_count(1)


def test_a_file_that_is_not_an_export_is_refused_in_words(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    file = tmp_path / "other.json"
    file.write_text("{", encoding="utf-8")
    visit.page.get_by_label("Import an export").set_input_files(file)
    visit.press("Import")
    visit.agree("Import")
    expect(visit.page.locator("#start output")).to_have_text(re.compile("JSON"))
    visit.complaints.clear()  # the browser logs the 422
