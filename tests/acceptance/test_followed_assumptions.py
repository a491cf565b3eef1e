"""The contract suite marks the tests that follow an assumption, and no other test depends on one.

Each other option of an assumption applies to a run of the tests that are marked `follows` with its id. Some
of them must fail under one option. In the long form it applies to the whole suite, and no other test may
fail.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contract"
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


def failing(word: str, chosen: Collection[str]) -> set[str]:
    """Return the chosen files' and tests' failures with this option."""
    which = [str(CONTRACT / name) for name in sorted(chosen)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-rfE", *which]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | WITHOUT_PLUGINS | {"TEST_ASSUME": word}, capture_output=True, text=True,
        check=False, timeout=WITHIN_SECONDS,
    )  # fmt: skip
    assert run.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), run.stdout + run.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) tests/contract/(\w+\.py::\w+)", run.stdout, re.MULTILINE))


@pytest.mark.parametrize("id_", sorted(ASSUMPTIONS))
def test_the_marked_tests_follow(id_: str) -> None:
    found = [failing(f"{id_}={option}", marked(id_)) for option in ASSUMPTIONS[id_].others]
    assert set().union(*found) == marked(id_)


@pytest.mark.soak
@pytest.mark.parametrize("id_", sorted(ASSUMPTIONS))
def test_no_other_test_follows(id_: str) -> None:
    found = [failing(f"{id_}={option}", [""]) for option in ASSUMPTIONS[id_].others]
    assert set().union(*found) == marked(id_)


def test_every_assumption_has_a_test_that_follows_it() -> None:
    assert {id_ for _, ids in all_marked() for id_ in ids} == set(ASSUMPTIONS)
