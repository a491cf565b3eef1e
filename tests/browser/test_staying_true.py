"""A page left open does not grow, does not go silent, and loses nothing of a user's work."""

import signal
import socket

import pytest
from playwright.sync_api import Browser, expect

from invapi_emulator.testing import Emulator
from tests.browser.driving.visit import Visit, visiting
from tests.support.processes import served

pytestmark = pytest.mark.acceptance


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def nodes(visit: Visit) -> int:
    count: int = visit.page.evaluate("document.querySelectorAll('*').length")
    return count


def test_a_page_survives_its_server_and_shows_the_next_ones_data(browser: Browser) -> None:
    port = str(free_port())
    with served("--port", port, "--clock", "frozen", "--seed", "7") as first:
        account = Emulator(first.url).account(name="kept", seed=7)
        with visiting(browser, account) as visit:
            visit.open()
            visit.call("eq", "off", id=12345)
            visit.see('[data-key="vm-12345"]', "locked")
            first.stop(signal.SIGKILL)
            visit.see("#stream", "connection lost")
            with served("--port", port, "--clock", "frozen", "--seed", "7") as second:
                Emulator(second.url).account(name="kept", seed=7)
                visit.see("#stream", "live")
                visit.see('[data-key="vm-12345"]', "unlocked")
                visit.call("eq", "list")
                visit.complaints.clear()  # the browser logs each failed try to reach the server


def test_a_page_of_something_removed_says_so(visit: Visit, browser: Browser) -> None:
    other = visit.account.emulator.account(seed=1)
    with visiting(browser, other) as elsewhere:
        elsewhere.open()
        other.close()
        elsewhere.see("#stream", "no longer exists")
        elsewhere.complaints.clear()  # the browser logs the 404


def test_traffic_does_not_fill_or_silence_a_page(visit: Visit) -> None:
    visit.open()
    for _ in range(60):
        visit.call("eq", "list")
    expect(visit.rows("#journal")).to_have_count(50)
    before = nodes(visit)
    for _ in range(200):
        visit.call("eq", "list")
    visit.call("eq", "show", id=12345)
    expect(visit.rows("#journal").first).to_contain_text("show")
    expect(visit.rows("#journal")).to_have_count(50)
    assert nodes(visit) <= before + 10


def test_unfinished_input_stays_as_it_is(visit: Visit) -> None:
    visit.open(12345)
    visit.call("eq", "status", id=12345)
    visit.rows("#journal").first.locator("summary").click()
    name = visit.page.get_by_label("Name of the new snapshot")
    name.fill("half-typ")
    visit.page.get_by_role("button", name="Restore fresh-install").focus()
    for number in range(5):
        visit.call("vm", "get_snapshot", id=12345, type=f"t{number}")
    visit.account.advance_until_idle()
    expect(visit.rows("#journal")).to_have_count(6)
    expect(visit.page.locator("#journal details[open]")).to_contain_text("status")
    expect(name).to_have_value("half-typ")
    expect(visit.page.get_by_role("button", name="Restore fresh-install")).to_be_focused()


def test_a_rule_ordered_elsewhere_appears_by_itself(visit: Visit) -> None:
    visit.open()
    visit.account.fault("latency", seconds=0.01, allow_unused=True)
    visit.see("#rules", "latency")


def shown_after(visit: Visit, number: int) -> float:
    """Return the milliseconds from a call to its row on the page."""
    visit.page.evaluate(
        """(wanted) => {
          const now = () => performance.timeOrigin + performance.now();
          window.seen = new Promise((done) => new MutationObserver(() => {
            if (document.querySelectorAll("#journal .row").length === wanted) done(now());
          }).observe(document.body, { subtree: true, childList: true }));
          window.sent = now();
        }""",
        number,
    )
    visit.call("eq", "list")
    took: float = visit.page.evaluate("window.seen.then((seen) => seen - window.sent)")
    return took


def test_a_change_is_shown_within_a_second(visit: Visit) -> None:
    visit.open()
    took = sorted(shown_after(visit, number) for number in range(1, 6))
    assert took[2] < 1000, took  # the median: the machine may be busy
