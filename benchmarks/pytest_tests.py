"""The cost of a test with its own account and three calls, compared with an empty test."""

import subprocess
import time
from pathlib import Path

from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.servers import PYTHON
from tests.support.processes import environment

TESTS = 200

BOTH_START_THE_SERVER = """
import json, urllib.parse, urllib.request
import pytest

def test_the_server_has_started(invapi_server):
    assert invapi_server.url
"""

EMPTY = f"""
@pytest.mark.parametrize("n", range({TESTS}))
def test_nothing(n):
    pass
"""

THREE_CALLS = f"""
def call(account, module, **fields):
    form = urllib.parse.urlencode({{"token": account.token}} | fields).encode()
    with urllib.request.urlopen(f"{{account.url}}/{{module}}.php", form) as answer:
        return json.load(answer)

@pytest.mark.parametrize("n", range({TESTS}))
def test_three_calls(invapi, n):
    key = call(invapi, "vm", action="create_snapshot", id=12345, name="nightly")["callback"]
    assert call(invapi, "eq_callback", action="check", key=key)["result"] == "Not ready"
    assert call(invapi, "vm", action="get_snapshot", id=12345)["result"] == "OK"
"""


def measure(plan: Plan) -> list[Row]:
    took: dict[str, list[float]] = {"empty": [], "emulator": []}
    for _ in range(plan.rounds):
        took["empty"].append(_suite(plan.folder / "test_empty.py", EMPTY))
        took["emulator"].append(_suite(plan.folder / "test_three_calls.py", THREE_CALLS))
    over = [mine - empty for mine, empty in zip(took["emulator"], took["empty"], strict=True)]
    what = "a pytest test with the fixture `invapi` and three calls, over an empty one"
    note = f"both with the start of pytest and of a server, divided by {TESTS}"
    return [Row("pytest", what, "ms a test", took, over, "ms over an empty one", Target("≤", 10), note)]


def _suite(file: Path, tests: str) -> float:
    """Run this many tests in a separate pytest. Return the milliseconds of each."""
    file.write_text(BOTH_START_THE_SERVER + tests, encoding="utf-8")
    flags = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist", "-p", "no:randomly")
    began = time.perf_counter()
    ended = subprocess.run(
        [*PYTHON, "-m", "pytest", *flags, "--rootdir", str(file.parent), str(file)],
        cwd=file.parent, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    took = time.perf_counter() - began
    assert f"{TESTS + 1} passed" in ended.stdout, ended.stdout + ended.stderr
    return took * 1000 / TESTS
