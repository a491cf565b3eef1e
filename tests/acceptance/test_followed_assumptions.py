"""The contract suite marks the tests that follow an assumption, and no other test depends on one.

Each other option of an assumption applies to a run of the tests that are marked `follows` with its id. Some
of them must fail under one option. In the long form it applies to the whole suite, and no other test may
fail.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contract"
IDS = sorted(ASSUMPTIONS)
PARTS = 3
"""The runs are cut into this many tests, which can run side by side."""

WITHIN_SECONDS = 600
WITHOUT_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The plugins of the environment, which these tests do not need, take half of each run to load."""


def marked(id_: str) -> set[str]:
    return {test for test, ids in all_marked() if id_ in ids}


def all_marked() -> Iterator[tuple[str, list[str]]]:
    """Yield each marked test with the ids of its mark, wherever that stands among the decorators."""
    for file in sorted(CONTRACT.glob("test_*.py")):
        for test in _functions(file):
            for mark in test.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.follows":
                    yield f"{file.name}::{test.name}", list(map(ast.literal_eval, mark.args))


def _functions(file: Path) -> Iterator[ast.FunctionDef]:
    parsed = ast.parse(file.read_text(encoding="utf-8"))
    return (each for each in parsed.body if isinstance(each, ast.FunctionDef))


def failing(runs: Sequence[tuple[str, Collection[str]]], file: Path) -> list[set[str]]:
    """Return the failures of each run: its option, and its files and tests."""
    file.write_text(
        json.dumps([{"assume": word, "tests": sorted(chosen)} for word, chosen in runs]), encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.assumed_runs", str(file)], cwd=ROOT, env=os.environ | WITHOUT_PLUGINS,
        capture_output=True, text=True, check=False, timeout=WITHIN_SECONDS,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return [set(names) for names in json.loads(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("ids", [IDS[first::PARTS] for first in range(PARTS)], ids=range(1, PARTS + 1))
def test_the_marked_tests_follow(ids: list[str], tmp_path: Path) -> None:
    runs = [(id_, option) for id_ in ids for option in ASSUMPTIONS[id_].others]
    failures = failing([(f"{id_}={option}", marked(id_)) for id_, option in runs], tmp_path / "runs.json")
    found: dict[str, set[str]] = {}
    for (id_, _), names in zip(runs, failures, strict=True):
        found.setdefault(id_, set()).update(names)
    assert found == {id_: marked(id_) for id_ in ids}


@pytest.mark.soak
@pytest.mark.parametrize("id_", IDS)
def test_no_other_test_follows(id_: str, tmp_path: Path) -> None:
    runs = [(f"{id_}={option}", [""]) for option in ASSUMPTIONS[id_].others]
    assert set().union(*failing(runs, tmp_path / "runs.json")) == marked(id_)


def test_every_assumption_has_a_test_that_follows_it() -> None:
    assert {id_ for _, ids in all_marked() for id_ in ids} == set(ASSUMPTIONS)
