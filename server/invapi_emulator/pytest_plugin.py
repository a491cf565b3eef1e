"""The pytest plugin: a server for the session, and an account for each test.

It imports the emulator only when a test uses a fixture.
"""

import os
import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from invapi_emulator.testing import Account, Emulator

URL_VARIABLE = "INVAPI_EMULATOR_URL"
_MARKER = "invapi(scenario=..., clock=..., seed=..., profile=..., assume=...): the account that the fixture invapi creates for this test"
_SHOWN = 50


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("invapi").addoption(
        "--invapi-assumptions",
        metavar="each|A-12=no,...",
        help="run the tests that use an emulator under these options of assumptions (docs/fidelity.md), or with "
        "`each` once under every option, and report which tests depend on an assumption",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    asked = config.getoption("--invapi-assumptions")
    if asked:
        from invapi_emulator.testing.assumption_runs import AssumptionRuns  # most runs do not need it

        try:
            config.pluginmanager.register(AssumptionRuns(asked), "invapi_assumption_runs")
        except ValueError as problem:
            raise pytest.UsageError(f"--invapi-assumptions: {problem}") from None


@pytest.fixture(scope="session")
def invapi_server() -> "Iterator[Emulator]":
    """Return an emulator: the one at INVAPI_EMULATOR_URL, or a new one in this process."""
    from invapi_emulator.testing import Emulator  # noqa: PLC0415 - costs nothing if unused

    admin_token = os.environ.get("INVAPI_EMULATOR_ADMIN_TOKEN", "")
    with Emulator(os.environ.get(URL_VARIABLE) or None, admin_token=admin_token) as emulator:
        yield emulator


@pytest.fixture
def invapi(request: pytest.FixtureRequest, invapi_server: "Emulator") -> "Iterator[Account]":
    """Return a new account with scenario demo and a frozen clock, unless the marker invapi says otherwise."""
    marker = request.node.get_closest_marker("invapi")
    wanted: dict[str, Any] = {"scenario": "demo", "clock": "frozen"} | (dict(marker.kwargs) if marker else {})
    with invapi_server.account(**wanted) as account:
        yield account


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test if one of its fault rules did not fire, as it did not test the failure."""
    try:
        result = yield
    except BaseException:
        for account in _accounts_of(item):
            account.allow_unused_faults()
        raise
    unused = [complaint for account in _accounts_of(item) for complaint in account.unused_faults()]
    if unused:
        pytest.fail("\n".join(unused), pytrace=False)
    return result


def _accounts_of(item: pytest.Item) -> "list[Account]":
    """Return the accounts among a test's fixtures; none if nothing has imported the class yet."""
    testing = sys.modules.get("invapi_emulator.testing")
    values = getattr(item, "funcargs", {}).values()
    return [value for value in values if testing is not None and isinstance(value, testing.Account)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the requests and tasks of the test's account to the report of a failed test."""
    report = yield
    account = getattr(item, "funcargs", {}).get("invapi")
    if report.when == "call" and report.failed and account is not None:
        report.sections.append((f"invapi account {account.name}, seed {account.seed}", _story(account)))
    return report


def _story(account: "Account") -> str:
    try:
        requests, tasks = account.requests(), account.tasks
    except Exception as problem:  # noqa: BLE001 - the report must not fail if the server has
        return f"cannot read the journal: {problem}"
    lines = [_request(request) for request in requests[-_SHOWN:]] or ["no requests"]
    return "\n".join([*lines, *(_task(task) for task in tasks[-_SHOWN:])])


def _request(request: dict[str, Any]) -> str:
    why = f" ({request['reason']})" if request["reason"] else ""
    why += f" [{request['fault']}]" if request["fault"] else ""
    unread = f", unread: {', '.join(request['unread'])}" if request["unread"] else ""
    fields = {name: value for name, value in request["fields"].items() if name not in {"action", "token"}}
    return f"{request['at']}  {request['module']}/{request['action']} {fields} -> {request['result']}{why}{unread}"


def _task(task: dict[str, Any]) -> str:
    end = task["ended_at"] or f"due {task['due_at']}"
    why = f": {task['error']}" if task["error"] else ""
    return f"task {task['key']}  {task['action']} of {task['vm']}: {task['created_at']} to {end}, {task['stage']}{why}"
