"""The README and the changelog count what there is."""

import re
from pathlib import Path

import pytest

from invapi_emulator.client_lint.findings import LINT_RULES
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.contract.clauses import clauses
from invapi_emulator.engine.action import ACTIONS, modules
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.worlds.named import scenario_names

ROOT = Path(__file__).parents[3]
WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

COUNTED = [
    ("CHANGELOG.md", r"(\w+) actions of 13 modules", len(ACTIONS)),
    ("CHANGELOG.md", r"57 actions of (\w+) modules", len(modules())),
    ("CHANGELOG.md", r"(\w+) clauses describe", len(clauses())),
    ("CHANGELOG.md", r"(\w+) assumptions have options", len(ASSUMPTIONS)),
    ("CHANGELOG.md", r"(\w+) scenarios come with it", len(scenario_names())),
    ("CHANGELOG.md", r"(\w+) kinds: refused calls", len(FAULTS)),
    ("CHANGELOG.md", r"(\w+) lint rules report", len(LINT_RULES)),
    ("README.md", r"(\w+) kinds, from lost answers", len(FAULTS)),
]


@pytest.mark.parametrize(("file", "told", "number"), COUNTED)
def test_a_number_is_true(file: str, told: str, number: int) -> None:
    found = re.search(told, (ROOT / file).read_text(encoding="utf-8"))
    assert found is not None
    said = found[1].lower()
    assert (int(said) if said.isdigit() else WORDS.index(said)) == number
