"""The recipe for front ends, as written on its page, served from another origin."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from invapi_emulator.testing import Account
from tests.acceptance.recipe_runs import nobody_listens
from tests.support.recipe_pages import write_files

pytestmark = pytest.mark.acceptance


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Print nothing."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """Serve the recipe's files on a separate port."""
    write_files("front-end.md", tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser: Browser, account: Account, elsewhere: str) -> Iterator[Page]:
    window = browser.new_page()
    query = {"api": account.url, "token": account.token, "vm": 12345}
    window.goto(f"{elsewhere}/?{urlencode(query)}")
    yield window
    window.close()


def create(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()


def test_it_lists_and_creates_snapshots_and_shows_progress(page: Page, account: Account) -> None:
    expect(page.get_by_role("listitem")).to_have_count(2)
    create(page, "nightly")
    expect(page.locator("#said")).to_contain_text("under way")
    expect(page.get_by_role("progressbar")).to_be_visible()
    account.advance_until_idle()
    expect(page.locator("#said")).to_have_text("Snapshot nightly created")
    expect(page.get_by_role("listitem")).to_have_count(3)
    expect(page.locator("#vm")).to_have_text("12345: 3 of 4")
    expect(page.get_by_role("progressbar")).to_be_hidden()


def test_it_shows_refusals_and_failures(page: Page, account: Account) -> None:
    create(page, "fresh-install")
    expect(page.locator("#said")).to_contain_text("there is a snapshot 'fresh-install'")
    account.fault("task_fails", error="no space left")
    create(page, "nightly")
    expect(page.locator("#said")).to_contain_text("under way")
    account.advance_until_idle()
    expect(page.locator("#said")).to_have_text("no space left")


def test_it_tells_how_to_start_an_emulator_where_none_answers(browser: Browser, elsewhere: str) -> None:
    with browser.new_page() as window:
        window.goto(f"{elsewhere}/?{urlencode({'api': f'http://{nobody_listens()}'})}")
        expect(window.locator("#said")).to_contain_text("start one: invapi-emulator serve")
