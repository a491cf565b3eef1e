"""Searches of the pages: what they look at, in what parts, and what they say of what they do not look at."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from invapi_emulator.dashboard.routes import MOST_WORDS
from invapi_emulator.dashboard.vm_search import MOST_TEXT, MOST_VMS
from invapi_emulator.storage import vms
from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page, said

ACCOUNT = "/_emulator/ui/accounts/demo"
SEARCHES = [ACCOUNT, "/_emulator/ui/accounts", f"{ACCOUNT}/catalogue"]
CUT = f"Only the first {MOST_WORDS} characters of the search are searched for."


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Return the length of what each unit of work of a search has looked at, VM by VM."""
    units: list[list[int]] = []
    words_from = vms.words_from

    def recorded(*given: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
        units.append([])
        for vm_id, texts in words_from(*given):
            units[-1].append(sum(map(len, texts)))
            yield vm_id, texts

    monkeypatch.setattr(vms, "words_from", recorded)
    return units


def found(emulator: Emulator, words: str) -> list[int]:
    shown = page(emulator, f"{ACCOUNT}?q={quote(words)}")
    return [int(vm_id) for vm_id in re.findall(r'data-key="vm-(\d+)"', shown)]


def test_a_search_looks_at_a_part_of_the_vms_in_each_unit_of_work(
    emulator: Emulator, looked_at: list[list[int]]
) -> None:
    last = 2 * MOST_VMS + 3
    emulator.import_(
        {"vms": [{"id": number, "tags": {"role": f"n{number}"}} for number in range(1, last + 1)]}
    )
    assert found(emulator, f"ROLE n{last}") == [last]
    assert found(emulator, f"n{MOST_VMS + 1} role") == [MOST_VMS + 1]
    assert [len(unit) for unit in looked_at] == 2 * [MOST_VMS + 1, MOST_VMS + 1, 3]


def test_a_search_looks_at_a_part_of_long_tags_in_each_unit_of_work(
    emulator: Emulator, looked_at: list[list[int]]
) -> None:
    tags = {
        f"t{number}": "-".join(f"{number}{letter}" for letter in "abcdefghij") * 5 for number in range(100)
    }
    emulator.import_({"vms": [{"id": number, "tags": tags} for number in range(1, 121)]})
    words = " ".join(f"{number}{letter}" for number in range(10, 16) for letter in "abcdefghij")
    assert found(emulator, words) == list(range(1, 25))
    assert len(looked_at) > 10
    longest = max(map(max, looked_at))
    assert all(sum(unit) * 60 <= MOST_TEXT + 3 * 61 * longest for unit in looked_at)


def test_a_word_that_is_sent_again_and_again_is_searched_for_once(
    emulator: Emulator, looked_at: list[list[int]]
) -> None:
    tags = {f"t{number}": "x" * 250 for number in range(100)}
    emulator.import_({"vms": [{"id": number, "tags": tags} for number in range(1, 31)]})
    assert found(emulator, "Xx " * 60) == list(range(1, 25))
    assert len(looked_at) == 1


@pytest.mark.parametrize("path", SEARCHES)
def test_a_page_says_that_a_search_is_cut_and_repeats_no_more_of_it(emulator: Emulator, path: str) -> None:
    emulator.import_({"vms": [{"id": number} for number in range(1, 100)]})
    emulator.http.post("/_emulator/accounts", json={"name": "second"}).raise_for_status()
    whole, cut = "w" * MOST_WORDS, "w" * (MOST_WORDS + 1)
    assert CUT not in said(emulator, f"{path}?q={whole}")
    assert CUT in said(emulator, f"{path}?q={cut}")
    shown = page(emulator, f"{path}?q={cut}&other={cut}")
    assert f'name="q" value="{whole}" maxlength="{MOST_WORDS}"' in html.unescape(shown)
    assert cut not in shown


def test_links_to_other_parts_of_a_page_repeat_the_cut_words_and_no_other_parameter(
    emulator: Emulator,
) -> None:
    emulator.import_({"vms": [{"id": number} for number in range(1, 100)]})
    words = "vm " * MOST_WORDS
    shown = page(emulator, f"{ACCOUNT}?q={quote(words)}&other=seldom&window=1h")
    later = re.search(r'href="\?([^"]*)#vms">Later VMs', shown)
    assert later is not None
    assert "other" not in later[1]
    assert "window=1h" in later[1]
    assert len(later[1]) < 2 * MOST_WORDS
