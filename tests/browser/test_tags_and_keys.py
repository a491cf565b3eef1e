"""Tags, hostnames and keys on the page, used as a person would."""

import pytest
from playwright.sync_api import expect

from tests.browser.driving.visit import Visit
from tests.support.account_objects import params

pytestmark = pytest.mark.acceptance

VM = 12345


def test_a_vm_is_renamed_and_tagged_and_a_tag_removed(visit: Visit) -> None:
    visit.open(VM)
    visit.page.get_by_label("Hostname", exact=True).fill("web-9")
    visit.press("Rename")
    visit.see("#answer", '"action": "rename_server"')
    visit.see("#vm", "web-9")
    visit.see("#tag-rows", "hostname")
    visit.page.get_by_label("Tag", exact=True).fill("project")
    visit.page.get_by_label("Value", exact=True).fill("shop")
    visit.press("Set tag")
    visit.see("#tag-rows", "shop")
    visit.press("Remove the tag project")
    visit.agree("Remove")
    expect(visit.page.locator("#tag-rows")).not_to_contain_text("shop")


def test_a_secret_is_shown_when_it_is_asked_for(visit: Visit) -> None:
    secret = visit.call("api_keys", "add", **params(name="panel"))["data"]["api_key"]
    visit.open()
    visit.see("#key-rows", "panel")
    expect(visit.page.locator("#key-rows")).not_to_contain_text(secret)
    visit.page.get_by_role("link", name="Show").click()
    visit.see("#key-rows", secret)
    visit.page.get_by_role("link", name="Hide").click()
    expect(visit.page.locator("#key-rows")).not_to_contain_text(secret)
