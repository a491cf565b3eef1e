"""List the clauses of docs/fidelity.md that no test is marked with, and marks that name no clause.

A clause that no test can prove says so in its text: "(not tested: why)".
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLAUSE = re.compile(r"^(?:- |\| )\*\*(\d+\.\d+)\*\*(.*)", re.MULTILINE)
MARK = re.compile(r"mark\.clause\(([^)]*)\)")
NUMBER = re.compile(r'"(\d+\.\d+)"')


def documented() -> dict[str, str]:
    page = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    return dict(CLAUSE.findall(page))


def marked() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for arguments in MARK.findall(file.read_text(encoding="utf-8")):
            found.update(NUMBER.findall(arguments))
    return found


def main() -> int:
    clauses, tested = documented(), marked()
    untested = [
        number for number, text in clauses.items() if number not in tested and "(not tested:" not in text
    ]
    unknown = sorted(tested - set(clauses))
    for number in untested:
        print(f"clause {number} has no test")
    for number in unknown:
        print(f"a test is marked with clause {number}, which docs/fidelity.md does not have")
    print(f"{len(clauses)} clauses, {len(clauses) - len(untested)} of them with tests")
    return 1 if untested or unknown or not clauses else 0


if __name__ == "__main__":
    sys.exit(main())
