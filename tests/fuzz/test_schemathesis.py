"""Every answer to a schemathesis call is as described. docs/reference/openapi.md lists the enabled checks."""

from collections.abc import Iterator

import httpx
import pytest
from schemathesis.checks import CHECKS, load_all_checks

from invapi_emulator.engine.action import modules
from tests.support.from_description import ROWS, calls_of_modules, calls_of_the_control_api
from tests.support.harness import SEED, Running, running

FEWEST = 50
"""Minimum number of calls of each operation, so that a run without calls does not pass."""

pytestmark = pytest.mark.acceptance


@pytest.fixture
def server() -> Iterator[Running]:
    """Return a separate server, so that faults ordered here do not reach other tests."""
    with running() as server:
        yield server


def test_the_modules_answer_as_described(server: Running) -> None:
    made, operations = calls_of_modules(server.url, SEED, FEWEST, coverage=True)
    assert made.wrong == []
    assert len(made.calls) == 2 * len(modules())
    assert made.calls.keys() == operations
    assert min(made.calls.values()) >= FEWEST
    assert accepted(server) > 0
    assert made.checks == {name for name, modules, _ in ROWS if modules == "yes"}


def test_the_control_api_answers_as_described(server: Running) -> None:
    made, operations = calls_of_the_control_api(server.url, SEED, FEWEST, coverage=True)
    assert made.wrong == []
    assert len(made.calls) >= 24
    assert made.calls.keys() == operations
    assert sum(made.calls.values()) >= FEWEST * 10
    assert made.checks == {name for name, _, control in ROWS if control == "yes"}


def accepted(server: Running) -> int:
    """Return the number of the account's newest calls that were not refused."""
    journal = httpx.get(f"{server.url}/_emulator/accounts/demo/requests", params={"result": "ok"}).json()
    return len(journal["requests"])


def test_every_check_is_accounted_for() -> None:
    load_all_checks()
    assert sorted(name for name, _, _ in ROWS) == sorted(CHECKS.get_all_names())
