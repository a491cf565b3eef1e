"""The architecture holds: imports go one way, files and functions stay small."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.support.offenders import assert_none

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server"
PACKAGE = SERVER / "invapi_emulator"
SOURCES = sorted(SERVER.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_imports_go_one_way_and_the_rules_are_pure() -> None:
    # In a process of its own: it switches off the loggers of the one it runs in.
    lint = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "4 kept, 0 broken" in ended.stdout


@cache
def trees() -> dict[str, ast.Module]:
    """Return the contents of each file."""
    return {str(file.relative_to(SERVER)): ast.parse(file.read_text(encoding="utf-8")) for file in SOURCES}


def too_long(files: Iterable[Path]) -> list[str]:
    """Return the files of more than 300 lines."""
    lines = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files
    }
    assert lines
    return [f"{name}: {count} lines" for name, count in lines.items() if count > 300]


def test_every_file_is_small() -> None:
    assert_none(too_long(SOURCES))


def test_every_file_says_what_it_is_for() -> None:
    assert_none([name for name, tree in trees().items() if not ast.get_docstring(tree)])


def test_files_for_browsers_are_small_too() -> None:
    files = [*(PACKAGE / "dashboard" / "templates").iterdir(), *(PACKAGE / "dashboard" / "static").iterdir()]
    assert_none(too_long(files))


def functions() -> Iterator[tuple[str, int]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_are_short() -> None:
    assert_none([f"{name}: {lines} lines" for name, lines in functions() if lines > 50])


def test_there_are_no_rooms_for_odds_and_ends() -> None:
    names = {file.stem for file in SOURCES} | {file.parent.name for file in SOURCES}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_tests_stay_readable_too() -> None:
    assert_none(too_long(TESTS))


FORMER_NAMES = re.compile(
    r"\b(Heard|write_down|FrontDoor|OneWrite|Admission|Bell|Ground|settle_world|Measures|server_life|"
    r"[Hh]abits?|HABITS|Conduct|HandedTime|made_up|made up|nobody's calls|disturbed|planted|twins|"
    r"concerns|ordered\(|take_back|taken back|Unlisted|is_hostile|whoever)\b|\.holds\("
)
"""Words that docs/reference/glossary.md replaces."""


WITH_FORMER_NAMES = {Path(__file__), ROOT / "tests/unit/docs/test_prose_checks.py"}
"""Files that test for them."""


def test_no_former_name_is_left() -> None:
    code = [*SOURCES, *TESTS, *(ROOT / "benchmarks").rglob("*.py")]
    templates = (PACKAGE / "dashboard" / "templates").iterdir()
    assert_none(
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in (*code, *templates)
        if file not in WITH_FORMER_NAMES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if FORMER_NAMES.search(line)
    )
