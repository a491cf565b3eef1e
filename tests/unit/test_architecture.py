"""The architecture holds: imports go one way, files and functions stay small."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "server" / "invapi_emulator"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_imports_go_one_way_and_the_rules_are_pure() -> None:
    # In a process of its own: it switches off the loggers of the one it runs in.
    lint = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ended = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "4 kept, 0 broken" in ended.stdout


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_is_small_and_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


def test_files_for_browsers_are_small_too() -> None:
    files = [*(PACKAGE / "dashboard" / "templates").iterdir(), *(PACKAGE / "dashboard" / "static").iterdir()]
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) > 300] == []


def functions() -> Iterator[tuple[str, int]]:
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{file.relative_to(PACKAGE)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_are_short() -> None:
    assert [(name, lines) for name, lines in functions() if lines > 50] == []


def test_there_are_no_rooms_for_odds_and_ends() -> None:
    names = {file.stem for file in SOURCES} | {file.parent.name for file in SOURCES}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_tests_stay_readable_too() -> None:
    assert [file.name for file in TESTS if len(file.read_text(encoding="utf-8").splitlines()) > 300] == []
