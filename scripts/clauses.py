"""List the clauses without a test, and the test marks without a clause.

A clause that no test can prove says so in its text: "(not tested: why)".
"""

import re
import sys
from pathlib import Path

from invapi_emulator.contract.clauses import clauses

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"mark\.clause\(([^)]*)\)")
NUMBER = re.compile(r'"(\d+\.\d+)"')


def marked() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for arguments in MARK.findall(file.read_text(encoding="utf-8")):
            found.update(NUMBER.findall(arguments))
    return found


def main() -> int:
    known, tested = clauses(), marked()
    untested = [
        number
        for number, clause in known.items()
        if number not in tested and "(not tested:" not in clause.text
    ]
    unknown = sorted(tested - set(known))
    for number in untested:
        print(f"clause {number} has no test")
    for number in unknown:
        print(f"a test is marked with clause {number}, which does not exist")
    print(f"{len(known)} clauses, {len(known) - len(untested)} of them with tests")
    return 1 if untested or unknown or not known else 0


if __name__ == "__main__":
    sys.exit(main())
