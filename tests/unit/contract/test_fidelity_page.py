"""docs/fidelity.md agrees with the code."""

from pathlib import Path

import pytest

import invapi_emulator.application  # noqa: F401 - fills the tables of actions and kinds of task
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.contract.clauses import clauses
from invapi_emulator.contract.sources import SOURCES, bases_in
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.openapi.fidelity_page import whole_page

PAGE = Path(__file__).parents[3] / "docs" / "fidelity.md"


def test_the_page_is_up_to_date_with_make_fidelity() -> None:
    assert PAGE.read_text(encoding="utf-8") == whole_page(), "run `make fidelity`"


@pytest.mark.parametrize("at", sorted(ACTIONS))
def test_every_action_has_a_clause_that_names_it(at: tuple[str, str]) -> None:
    assert f"`{at[1]}`" in clauses()[ACTIONS[at].clause].text


@pytest.mark.parametrize("number", sorted(clauses()))
def test_every_clause_has_a_basis(number: str) -> None:
    assert clauses()[number].bases


def test_marks_are_read_in_every_notation() -> None:
    assert bases_in("one [S], another [D, C]") == ("documented", "seen")
    assert bases_in("names [names C, rest E]") == ("seen", "assumed")
    assert bases_in("an array `a[0]` and `name[]=a`, [D/E]") == ("documented", "assumed")
    assert bases_in("nothing [12]") == ()


def test_every_source_has_a_date_and_every_option_a_meaning() -> None:
    assert all(len(source.date) == len("2026-11-23") and source.what for source in SOURCES)
    assert all(len(found.options) > 1 and all(found.options.values()) for found in ASSUMPTIONS.values())
