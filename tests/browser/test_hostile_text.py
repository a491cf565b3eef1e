"""Text from clients is shown on the page, but never runs in it."""

import pytest
from playwright.sync_api import expect

from tests.browser.driving.visit import Visit

pytestmark = pytest.mark.acceptance

HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    '"><svg onload="window.ran = 1">',
    "javascript:window.ran = 1",
    "</textarea></details></main><b>out</b>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_not_run(visit: Visit, text: str) -> None:
    visit.open(12345)
    agent = {"User-Agent": text}
    visit.call("vm", "create_snapshot", id=12345, name=text, headers=agent)
    visit.call(
        "vm", "create_snapshot", id=12345, name="good", num_rotation=text, headers=agent, **{text: text}
    )
    visit.account.fault("reject", message=text)
    visit.call("vm", "get_snapshot", id=12345, type="t", headers=agent)
    rows = visit.rows("#journal")
    expect(rows).to_have_count(3)
    for row in rows.all():
        row.locator("summary").click()
        expect(row).to_contain_text(text)
    visit.page.locator("#tasks details summary").click()
    visit.account.advance_until_idle()
    visit.see("#tasks", "done")
    assert visit.page.evaluate("window.ran") is None
    assert visit.page.locator("main b", has_text="out").count() == 0


def test_hostile_text_in_an_answer_does_not_run(visit: Visit) -> None:
    visit.open(12345)
    visit.page.get_by_label("Name of the new snapshot").fill(HOSTILE[1])
    visit.press("Create snapshot")
    visit.see("#answer", "invalid_parameter")
    visit.see("#answer", HOSTILE[1])
    assert visit.page.evaluate("window.ran") is None


def test_an_inline_script_could_not_run_even_if_it_got_in(visit: Visit) -> None:
    visit.open()
    visit.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>");
        }"""
    )
    expect(visit.page.locator("body > img")).to_have_count(1)
    assert visit.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
