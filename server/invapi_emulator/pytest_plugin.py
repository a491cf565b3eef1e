"""The pytest plugin: a server for the session, and an account for each test.

It imports the emulator only when a test uses a fixture, but what tests replace it binds at once. Its hooks go by the
accounts that were made, not by the names of fixtures, and do not raise.
"""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import invapi_emulator.clock
import invapi_emulator.process.real_sockets  # noqa: F401 - bound before tests replace what is in them

if TYPE_CHECKING:
    from invapi_emulator.testing import Account, Emulator

URL_VARIABLE = "INVAPI_EMULATOR_URL"
TOKEN_VARIABLE = "INVAPI_EMULATOR_ADMIN_TOKEN"  # noqa: S105 - a name
_MARKER = "invapi(scenario=..., clock=..., seed=..., profile=..., assume=...): the account that the fixture invapi creates for this test"
_ARGUMENTS = ("name", "scenario", "clock", "seed", "profile", "assume")
_OPEN_BEFORE = pytest.StashKey["list[Account]"]()
_FIXTURES = frozenset({"_invapi_server", "_invapi_wanted"})
"""Names of fixtures that nobody else has. One of them is behind each use of ours."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("invapi")
    group.addoption(
        "--invapi-assumptions",
        metavar="each|A-12=no,...",
        help="run the tests that use an emulator under these options of assumptions (docs/reference/assumptions.md), or with "
        "`each` once under every option, and report which tests depend on an assumption",
    )
    group.addoption(
        "--invapi-server",
        choices=("thread", "process"),
        default="thread",
        help="where the fixture invapi_server runs its emulator: in a thread of the tests' process, or in a process of its "
        "own, which nothing reaches that tests replace (time, files, asyncio)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    asked = config.getoption("--invapi-assumptions")
    if asked:
        from invapi_emulator.testing.assumption_runs import AssumptionRuns  # most runs do not need it

        try:
            config.pluginmanager.register(AssumptionRuns(asked, _FIXTURES), "invapi_assumption_runs")
        except ValueError as problem:
            raise pytest.UsageError(f"--invapi-assumptions: {problem}") from None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import the emulator before the first test that uses it can replace anything. The fixture tells what goes wrong."""
    uses_it = "invapi_emulator.testing" in sys.modules or any(
        not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) for item in session.items
    )
    if uses_it and not session.config.getoption("collectonly"):
        with suppress(Exception):
            from invapi_emulator.testing.guest import load_all  # most suites do not need it

            load_all()


@pytest.fixture(scope="session")
def _invapi_server(request: pytest.FixtureRequest) -> "Iterator[Emulator]":
    from invapi_emulator.testing import Emulator  # noqa: PLC0415 - costs nothing if unused

    url = os.environ.get(URL_VARIABLE) or None
    admin_token = os.environ.get(TOKEN_VARIABLE, "") if url else ""
    process = request.config.getoption("--invapi-server") == "process" and url is None
    with Emulator(url, admin_token=admin_token, process=process) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def invapi_server(_invapi_server: "Emulator") -> "Emulator":
    """Return an emulator: the one at INVAPI_EMULATOR_URL, or a new one."""
    return _invapi_server


@pytest.fixture
def _invapi_wanted(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the markers invapi say. The one nearest to the test counts, for each argument."""
    wanted: dict[str, Any] = {"scenario": "demo", "clock": "frozen"}
    for marker in reversed(list(request.node.iter_markers("invapi"))):
        refused = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _ARGUMENTS)]
        if refused:
            takes = ", ".join(f"{name}=" for name in _ARGUMENTS)
            pytest.fail(f"the marker invapi takes {takes} and not {', '.join(refused)}", pytrace=False)
        wanted |= marker.kwargs
    return wanted


@pytest.fixture
def invapi(invapi_server: "Emulator", _invapi_wanted: dict[str, Any]) -> "Iterator[Account]":
    """Return a new account with scenario demo and a frozen clock, unless the marker invapi says otherwise."""
    with invapi_server.account(**_invapi_wanted) as account:
        yield account


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    item.stash[_OPEN_BEFORE] = _accounts()
    with _forgiven_on_failure():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:  # noqa: ARG001 - pytest goes by its name
    """Fail a test if one of its fault rules did not fire, as it did not test the failure."""
    with _forgiven_on_failure():
        result = yield
    unused = [complaint for account in _accounts() for complaint in _unused_faults(account)]
    if unused:
        pytest.fail("\n".join(unused), pytrace=False)
    return result


class _forgiven_on_failure:  # noqa: N801 - used as a function
    """What fails or is skipped need not have met its fault rules."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for account in _accounts() if kind is not None else ():
            account.allow_unused_faults()


def _accounts() -> "list[Account]":
    """Return the accounts that are open; none if nothing has imported the emulator yet."""
    made = sys.modules.get("invapi_emulator.testing.made")
    return [] if made is None else list(made.MADE.accounts)


def _unused_faults(account: "Account") -> list[str]:
    try:
        return account.unused_faults()
    except Exception as problem:  # noqa: BLE001 - a test may have removed the account or stopped the server
        account.allow_unused_faults()
        gone = getattr(problem, "status", None) == 404  # noqa: PLR2004 - the account and its rules are gone
        return (
            []
            if gone
            else [f"cannot tell whether the fault rules of account {account.name} fired: {problem}"]
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the requests and tasks of the test's accounts to the report of a failed test."""
    report = yield
    if report.failed and _accounts():
        from invapi_emulator.testing.story import story  # noqa: PLC0415 - most runs do not need it

        report.sections += [story(account) for account in _shown(item)]
    return report


def _shown(item: pytest.Item) -> "list[Account]":
    """Return the accounts made for the test, or else all: those that tests share."""
    before = item.stash.get(_OPEN_BEFORE, [])
    values = list(getattr(item, "funcargs", {}).values())
    of_test = [
        account
        for account in _accounts()
        if account not in before or any(value is account for value in values)
    ]
    return of_test or _accounts()
