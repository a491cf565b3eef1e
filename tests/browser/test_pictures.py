"""The pictures of the pages in the documentation are small, and `make screenshots` can draw them again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scripts.screenshots import FOLDER, PICTURES, SCHEMES, WINDOW, draw, draw_login

pytestmark = pytest.mark.acceptance
LIMIT = 150_000
"""Maximum size of a picture, in bytes: a page with a README should open fast."""


def size_of(page: Page, picture: Path) -> dict[str, int]:
    """Return the width and height that a browser sees."""
    page.goto(picture.as_uri())
    size: dict[str, int] = page.evaluate(
        "({width: document.images[0].naturalWidth, height: document.images[0].naturalHeight})"
    )
    return size


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_in_the_repository_are_small(browser: Browser, name: str, scheme: str) -> None:
    picture = FOLDER / f"{name}-{scheme}.webp"
    assert picture.stat().st_size < LIMIT
    assert size_of(browser.new_page(), picture) == WINDOW


def test_the_pictures_can_be_drawn_again(browser: Browser, tmp_path: Path) -> None:
    draw(browser, tmp_path)
    draw_login(browser, tmp_path)
    for name in PICTURES:
        pictures = [tmp_path / f"{name}-{scheme}.webp" for scheme in SCHEMES]
        assert [size_of(browser.new_page(), picture) for picture in pictures] == [WINDOW, WINDOW]
        assert pictures[0].read_bytes() != pictures[1].read_bytes()
        assert all(picture.stat().st_size < LIMIT for picture in pictures)
