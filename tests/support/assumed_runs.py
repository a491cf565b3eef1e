"""Runs of contract tests under options of assumptions, all in one process: each process would load everything again.

python -m tests.support.assumed_runs FILE: FILE has `[{"assume": "A-12=no", "tests": ["test_a.py::test_b"]}]`,
an entry for each run. It is written again with the names of the tests that fail, a list for each run.
"""

import json
import os
import sys
from pathlib import Path

import pytest

CONTRACT = Path(__file__).parents[1] / "contract"


class Failing:
    """A pytest plugin that collects which tests fail, in any phase."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.names.add(report.nodeid.removeprefix("tests/contract/").partition("[")[0])


def failing(assume: str, tests: list[str]) -> list[str]:
    """Return the names of the tests that fail with this option, of the chosen files and tests."""
    os.environ["TEST_ASSUME"] = assume
    found = Failing()
    status = pytest.main(
        ["-q", "-p", "no:cacheprovider", "--tb=no", *(str(CONTRACT / each) for each in tests)], [found]
    )
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit(f"pytest ends with status {int(status)} for {assume}")
    return sorted(found.names)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    runs = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps([failing(**run) for run in runs]), encoding="utf-8")
