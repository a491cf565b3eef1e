"""The pages that `make fidelity` writes agree with the code."""

from difflib import unified_diff
from pathlib import Path

import invapi_emulator.application  # noqa: F401 - fills the tables of actions and kinds of task
from invapi_emulator.cli.reference_page import reference_page
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.contract.clauses import Clause, clauses, sections
from invapi_emulator.contract.sources import SOURCES, bases_in
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.openapi.generated_pages import generated_pages
from invapi_emulator.openapi.wire_page import clause_lines
from tests.support.offenders import assert_none

DOCS = Path(__file__).parents[3] / "docs"


def test_the_pages_are_up_to_date_with_make_fidelity() -> None:
    page = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    pages = generated_pages() | {"reference/cli.md": reference_page(page)}
    assert_none(
        f"docs/{name}: run `make fidelity`: {line}"
        for name, text in pages.items()
        for line in _differences((DOCS / name).read_text(encoding="utf-8"), text)
    )


def _differences(page: str, text: str) -> list[str]:
    """Return the lines that only one of both has."""
    found = unified_diff(page.splitlines(), text.splitlines(), n=0, lineterm="")
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def test_every_action_has_a_clause_that_names_it() -> None:
    assert ACTIONS
    unnamed = {
        (module, name): action.clause
        for (module, name), action in ACTIONS.items()
        if action.clause not in clauses() or f"`{name}`" not in clauses()[action.clause].text
    }
    assert_none(unnamed)


def test_every_clause_has_a_basis() -> None:
    assert clauses()
    without = [number for number, clause in clauses().items() if not clause.bases]
    assert_none(without)


def test_items_of_a_clause_are_a_list_below_it() -> None:
    clause = Clause("1.1", "One [S]:\n- first\n- second\nThe end.", ("documented",))
    lines = "\n".join(clause_lines(clause, ["A-01", "A-02"])).splitlines()
    assert lines == [
        "- **1.1** (A-01, A-02) One [S]:", "    - first", "    - second", "", "    The end.",
    ]  # fmt: skip


def test_no_line_of_a_clause_is_indented() -> None:
    """YAML keeps the ends of lines that are indented further. The page would have an item with empty lines in it."""
    texts = {f"clause {number}": clause.text for number, clause in clauses().items()}
    texts |= {f"section {section.number}": section.intro for section in sections()}
    lines = [(where, line) for where, text in texts.items() for line in text.split("\n")]
    assert_none(f"{where}: {line}" for where, line in lines if line.startswith((" ", "\t")))


def test_marks_are_read_in_every_notation() -> None:
    assert bases_in("one [S], another [D, C]") == ("documented", "seen")
    assert bases_in("names [names C, rest E]") == ("seen", "assumed")
    assert bases_in("an array `a[0]` and `name[]=a`, [D/E]") == ("documented", "assumed")
    assert bases_in("nothing [12]") == ()


def test_every_source_has_a_date_and_every_option_a_meaning() -> None:
    assert all(len(source.date) == len("2026-11-23") and source.what for source in SOURCES)
    assert all(len(found.options) > 1 and all(found.options.values()) for found in ASSUMPTIONS.values())
