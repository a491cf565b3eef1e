"""The documentation as a site: links and anchors lead somewhere, and nothing comes from another host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from invapi_emulator.api.pipeline import STEPS
from tests.support.docs_site import build_site
from tests.support.offenders import assert_none

ROOT = Path(__file__).parents[3]
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
"""The attribute of each element that makes a browser load something."""

CODE = frozenset({"pre", "code", "script", "style"})

MARKDOWN = re.compile(r"```|~~~|\n *[-*] +\w.*|\|-{3}|\*\*\w+|`[^`\n]+`|\w\]\([^)]*\)")
"""Markdown that the site did not turn into HTML. MkDocs wants four spaces before a fence in an item."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_site(folder)
    return folder


class Loaded(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(LOADING.get(tag, ""))
        if address is not None:
            self.addresses.append(address)


class Shown(HTMLParser):
    """Collects the text that a page shows outside code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hidden = 0
        self.parts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in CODE

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in CODE

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def left_in(page: str) -> list[str]:
    """Return what looks like Markdown in the text of a page: a fence, an item, a row, emphasis, code, a link."""
    return MARKDOWN.findall("".join(Shown(page).parts))


def loaded(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        yield from Loaded(text).addresses
    yield from re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", text)


@pytest.mark.no_cover
def test_a_strict_build_has_a_page_for_each_file_and_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = {str(file.relative_to(site)) for file in site.rglob("*.html")}
    sources = (file.relative_to(ROOT / "docs") for file in (ROOT / "docs").rglob("*.md"))
    assert pages > {str(file.with_suffix(".html")).replace("README", "index") for file in sources}
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert_none(
        f"{file.relative_to(site)}: {address}"
        for file in files
        for address in loaded(file)
        if "//" in address and not address.startswith("data:")
    )


@pytest.mark.no_cover
def test_no_markdown_is_left_in_the_pages(site: Path) -> None:
    assert_none(
        f"{file.relative_to(site)}: {found!r}"
        for file in site.rglob("*.html")
        for found in left_in(file.read_text(encoding="utf-8"))
    )


def test_markdown_that_is_left_is_noticed() -> None:
    page = "<p>A list:\n- one</p>\n<p>**bold** [text](link) <code>`a` **b**</code></p>\n<p>| a |\n|---|</p>"
    assert left_in(page) == ["\n- one", "**bold", "t](link)", "|---"]


def test_a_page_that_loads_from_elsewhere_is_noticed(tmp_path: Path) -> None:
    page, sheet = tmp_path / "page.html", tmp_path / "sheet.css"
    page.write_text('<script src="https://unpkg.com/x"></script><a href="https://x.org">x</a>')
    sheet.write_text('a{background:url("//x.org/a.png")}')
    assert list(loaded(page)) == ["https://unpkg.com/x"]
    assert list(loaded(sheet)) == ["//x.org/a.png"]


def test_no_page_has_a_diagram_that_a_script_from_elsewhere_would_draw() -> None:
    assert_none(
        str(file.relative_to(ROOT))
        for file in (ROOT / "docs").rglob("*.md")
        if "```mermaid" in file.read_text(encoding="utf-8")
    )


def test_the_diagram_of_a_call_has_its_steps_in_order() -> None:
    diagram = ET.parse(ROOT / "docs" / "explanation" / "walk.svg")
    texts = [element.text for element in diagram.iter("{http://www.w3.org/2000/svg}text")]
    steps = [step.__name__ for step in STEPS]
    assert [text for text in texts if text in steps] == steps


def test_the_table_of_steps_has_them_in_order() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    steps = [step.__name__ for step in STEPS]
    assert [row for row in rows if row in steps] == steps
