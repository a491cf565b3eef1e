"""The page of an account's catalogue: what it shows, what a search leaves, and text that is only text."""

import re
from copy import deepcopy
from urllib.parse import urlencode

import pytest

from tests.support.catalogues import FREE, SMALL
from tests.support.harness import Emulator, Json
from tests.unit.dashboard.seen import page

PATH = "/_emulator/ui/accounts/demo/catalogue"


def said(emulator: Emulator, path: str) -> str:
    """Return the text of a page, with a space for each tag."""
    return " ".join(re.sub(r"<[^>]*>", " ", page(emulator, path)).split())


def presets(emulator: Emulator, **query: str) -> list[str]:
    """Return the ids of the presets that the page shows."""
    return re.findall(r'id="preset-(\d+)"', page(emulator, f"{PATH}?{urlencode(query)}"))


def test_the_page_of_an_account_leads_to_its_catalogue(emulator: Emulator) -> None:
    assert f'href="{PATH}"' in page(emulator)


def test_the_whole_catalogue_is_shown_with_prices_and_what_fits(emulator: Emulator) -> None:
    assert presets(emulator) == ["108", "109", "281", "282", "283", "310", "320"]
    text = said(emulator, PATH)
    assert "This is the server's catalogue" in text
    assert "NL 139.00, FI 139.00 EUR" in text
    assert "Systems that fit Ubuntu 22.04, Ubuntu 24.04, Debian 12, Debian 13" in text
    assert "1Gbps unmetered 41 100.00 NL, FI" in text
    assert text.count("free") == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "pico"}, ["108"]),
        ({"q": "NVME 120"}, ["283"]),
        ({"q": "nvme 9999"}, []),
        ({"q": "320"}, ["320"]),
        ({"q": "unmetered"}, ["310", "320"]),
        ({"location": "US"}, ["109", "281", "282", "283"]),
        ({"location": "US", "q": "8/120"}, ["283"]),
        ({"location": "XX"}, []),
        ({"q": "\0"}, []),
        ({"q": "x" * 5000}, []),
    ],
)
def test_a_search_leaves_what_has_all_its_words(
    emulator: Emulator, query: dict[str, str], found: list[str]
) -> None:
    assert presets(emulator, **query) == found


def test_a_search_narrows_every_part_and_says_where_nothing_is_left(emulator: Emulator) -> None:
    text = said(emulator, f"{PATH}?q=debian")
    assert "Debian 12 219" in text
    assert "Ubuntu 22.04 187" not in text
    assert text.count("Nothing here is found.") == 2
    assert "No server is found." in text
    assert 'value="debian"' in page(emulator, f"{PATH}?q=debian")
    assert "<option selected>US</option>" in page(emulator, f"{PATH}?location=US")


def test_an_account_shows_its_own_catalogue_as_text(emulator: Emulator) -> None:
    mine, script = deepcopy(SMALL), "<script>alert(1)</script>"
    mine["presets"][0] |= {"name": script, "description": script}
    mine["os"][0]["name"] = script
    emulator.control("PUT", "/state", {"catalogue": mine})
    text = page(emulator, f"{PATH}?{urlencode({'q': script})}")
    assert "<script>alert" not in text
    assert presets(emulator) == ["7"]
    assert "a catalogue of its own" in said(emulator, PATH)


def large_catalogue() -> Json:
    preset, system = SMALL["presets"][0], SMALL["os"][0]
    return SMALL | {
        "presets": [
            preset | {"id": number, "name": f"vm.{number}", "virtual": number > 1, "os": list(range(1, 31))}
            for number in range(1, 121)
        ],
        "os": [system | {"id": number, "name": f"System {number}"} for number in range(1, 31)],
        "stock": [
            {
                "id": number, "name": f"bm{number}", "preset": 1, "location": "XX", "group": "bm", "prices": FREE,
                "cpu": "1 x Xeon", "ram": 8, "disk": 100, "created_at": "2029-01-01",
            }
            for number in range(1, 151)
        ],
    }  # fmt: skip


def test_a_large_catalogue_is_shown_in_parts(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"catalogue": large_catalogue()})
    first = page(emulator, PATH)
    assert presets(emulator) == [str(number) for number in range(1, 51)]
    assert 'href="?preset=51#presets">Later presets' in first
    assert presets(emulator, preset="101") == [str(number) for number in range(101, 121)]
    assert "120 in total" in first
    assert len(re.findall('data-key="stock-', first)) == 100
    assert 'data-key="stock-150"' in page(emulator, f"{PATH}?server=101")


def test_a_preset_that_many_systems_fit_names_twenty(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"catalogue": large_catalogue()})
    assert "System 19, System 20, and 10 more" in said(emulator, f"{PATH}?q=vm.120")
    assert presets(emulator, q="System 30")[:1] == ["1"]
