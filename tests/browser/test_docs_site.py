"""The built documentation in a browser that reaches nothing but the site: it loads whole, and its search finds pages."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.test_front_end_recipe import Quiet
from tests.support.docs_site import build_site

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, and return its folder."""
    folder = tmp_path_factory.mktemp("site")
    build_site(folder)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Serve the site, and return its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def reaching_only(browser: Browser, address: str) -> Iterator[tuple[BrowserContext, list[str]]]:
    """Return windows that reach only what is below an address, and the list of what they asked of others."""
    refused: list[str] = []

    def only_the_site(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    context = browser.new_context()
    context.route("**/*", only_the_site)
    yield context, refused
    context.close()


@pytest.fixture
def cut_off(browser: Browser, address: str) -> Iterator[tuple[BrowserContext, list[str]]]:
    with reaching_only(browser, address) as reached:
        yield reached


def type_to_search(window: Page, words: str) -> None:
    """Type words, key by key: the search looks when a key is released."""
    window.get_by_role("textbox", name="Search").press_sequentially(words)


@pytest.mark.parametrize(
    ("words", "found"),
    [("snapshot_limit", "reference/wire.html"), ("advance frozen clock", "how-to/time.html")],
)
def test_the_search_works_without_a_network(
    cut_off: tuple[BrowserContext, list[str]], address: str, words: str, found: str
) -> None:
    context, refused = cut_off
    window = context.new_page()
    window.goto(f"{address}/index.html")
    type_to_search(window, words)
    expect(window.locator(f"a.md-search-result__link[href*='{found}']").first).to_be_attached()
    assert refused == []


@pytest.mark.parametrize("page", ["index.html", "how-to/recipes/go.html"])
def test_the_search_works_in_a_page_that_is_opened_from_the_disk(
    browser: Browser, folder: Path, page: str
) -> None:
    with reaching_only(browser, folder.as_uri()) as (context, refused):
        window = context.new_page()
        window.goto(f"{folder.as_uri()}/{page}")
        type_to_search(window, "snapshot_limit")
        window.locator("a.md-search-result__link[href*='reference/wire.html']").first.click()
        expect(window).to_have_url(re.compile(f"{folder.as_uri()}/reference/wire.html"))
        assert refused == []


def test_the_diagrams_are_drawn(cut_off: tuple[BrowserContext, list[str]], address: str) -> None:
    context, refused = cut_off
    window = context.new_page()
    window.goto(f"{address}/explanation/architecture.html")
    widths = window.locator("article img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert len(widths) == 2
    assert all(widths)
    assert refused == []


def test_an_example_is_copied_without_its_prompt(
    cut_off: tuple[BrowserContext, list[str]], address: str
) -> None:
    context, _ = cut_off
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    window = context.new_page()
    window.goto(f"{address}/start/install.html")
    window.get_by_role("button", name="Copy to clipboard").first.click()
    window.wait_for_function("async () => (await navigator.clipboard.readText()) === 'make run'")
