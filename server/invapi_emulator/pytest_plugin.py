"""The pytest plugin: a server for the session, and an account for each test.

It imports the emulator only when a test uses a fixture, but what tests replace it binds at once. Its hooks go by the
accounts that were made, not by the names of fixtures, and do not raise.
"""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from inspect import getsourcelines
from typing import TYPE_CHECKING, Any

import pytest

from invapi_emulator.process.unfrozen import unfrozen
from invapi_emulator.suggestions import did_you_mean

with unfrozen():
    import invapi_emulator.clock
    import invapi_emulator.process.real_sockets  # bound before tests replace what is in them

if TYPE_CHECKING:
    from invapi_emulator.testing import Account, Emulator
    from invapi_emulator.testing.async_account import AsyncAccount

URL_VARIABLE = "INVAPI_EMULATOR_URL"
TOKEN_VARIABLE = "INVAPI_EMULATOR_ADMIN_TOKEN"  # noqa: S105 - a name
_MARKER = "invapi(scenario=..., clock=..., seed=..., profile=..., assume=...): the account that the fixture invapi creates for this test"
_ARGUMENTS = ("name", "scenario", "clock", "seed", "profile", "assume")
_OPEN_BEFORE = pytest.StashKey["list[tuple[Account, str | None]]"]()
_BEGAN = pytest.StashKey[int]()
_now = invapi_emulator.clock.real_time()
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
        "--invapi-lint",
        choices=("notice", "warning", "error"),
        help="fail each test whose calls a lint rule finds at fault, with this severity or worse (docs/reference/lint-rules.md)",
    )
    group.addoption(
        "--invapi-seed",
        metavar="N",
        help="the seed of all accounts that name none, which repeats a run; the report of a failed test has the whole command",
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
    seeds = config.getoption("--invapi-seed")
    if seeds is not None:
        from invapi_emulator.testing.repeating import use_seeds  # noqa: PLC0415 - most runs do not need it

        try:
            use_seeds(seeds)
        except ValueError as problem:
            raise pytest.UsageError(f"--invapi-seed: {problem}") from None
    least = config.getoption("--invapi-lint")
    if least is not None:
        with unfrozen():
            from invapi_emulator.testing.lint_runs import LintRuns  # noqa: PLC0415 - most runs do not need it

        config.pluginmanager.register(LintRuns(least), "invapi_lint_runs")
    asked = config.getoption("--invapi-assumptions")
    if asked:
        with unfrozen():
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
        with suppress(Exception), unfrozen():
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
            meant = "".join(did_you_mean(name, _ARGUMENTS) for name in marker.kwargs if name in refused)
            said = f"the marker invapi takes {takes} and not {', '.join(refused)}{meant}"
            pytest.fail(f"{said}\n{_line_of(request.node)}", pytrace=False)
        wanted |= marker.kwargs
    return wanted


@pytest.fixture
def invapi(
    request: pytest.FixtureRequest, invapi_server: "Emulator", _invapi_wanted: dict[str, Any]
) -> "Iterator[Account]":
    """Return a new account with scenario demo and a frozen clock, unless the marker invapi says otherwise."""
    with _made(request, invapi_server, _invapi_wanted) as account:
        yield account


@pytest.fixture
def invapi_async(invapi: "Account") -> "AsyncAccount":
    """Return the account of the fixture invapi for tests with asyncio. It needs httpx."""
    try:
        from invapi_emulator.testing.async_account import AsyncAccount  # noqa: PLC0415 - needs httpx
    except ImportError as missing:
        pytest.fail(str(missing), pytrace=False)
    return AsyncAccount(invapi)


def _made(request: pytest.FixtureRequest, server: "Emulator", wanted: dict[str, Any]) -> "Account":
    """Return a new account. If the server refuses it or does not answer, fail with the sentence and the line of the test."""
    from invapi_emulator.testing import ControlFailure  # noqa: PLC0415 - costs nothing if unused

    try:
        return server.account(**wanted)
    except (ControlFailure, TypeError) as refused:
        said = str(refused)
    except ConnectionError as dead:
        names_it = os.environ.get(URL_VARIABLE)
        said = f"{dead}" + (f" ({URL_VARIABLE} is set: start that server, or unset it)" if names_it else "")
    pytest.fail(f"fixture invapi: {said}\n{_line_of(request.node)}", pytrace=False)


def _line_of(item: pytest.Item) -> str:
    """Return the line of a test's marker invapi, or else of its definition, as `tests/test_a.py:3: @pytest.mark...`."""
    path, first, _ = item.location
    try:
        lines, begins = getsourcelines(item.function)  # type: ignore[attr-defined] # not all items have one
    except (AttributeError, OSError, TypeError):
        return f"  {path}:{(first or 0) + 1}"
    found = [number for word in (".invapi(", "def ") for number, line in enumerate(lines) if word in line]
    at = found[0] if found else 0
    return f"  {path}:{begins + at}: {lines[at].strip()}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    item.stash[_BEGAN] = now = _now()
    made = sys.modules.get("invapi_emulator.testing.made")
    if made is not None:
        made.MADE.begin_test(now)
    item.stash[_OPEN_BEFORE] = [(account, _clock_of(account)) for account in _open_accounts()]
    with _forgiven_on_failure():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Fail a test if one of its fault rules did not fire, as it did not test the failure."""
    with _forgiven_on_failure():
        result = yield
    wrong = [complaint for account in _accounts() for complaint in _unused_faults(account)]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
    return result


class _forgiven_on_failure:  # noqa: N801 - used as a function
    """What fails or is skipped need not have met its fault rules."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for account in _accounts() if kind is not None else ():
            account.allow_unused_faults()


def _accounts() -> "list[Account]":
    """Return the accounts that MADE knows; none if nothing has imported the emulator yet."""
    made = sys.modules.get("invapi_emulator.testing.made")
    return [] if made is None else list(made.MADE.accounts)


def _open_accounts() -> "list[Account]":
    """Return the accounts that are not closed. A closed one may still have to say that its fault rules did not fire."""
    return [account for account in _accounts() if not account.closed]


def _clock_of(account: "Account") -> str | None:
    """Return the present time of an account's clock. None if its server does not answer."""
    try:
        now = account.clock["now"]
    except Exception:  # noqa: BLE001 - an earlier test may have removed the account or stopped the server
        return None
    return str(now)


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
    """Add the calls and tasks of the test's accounts, and hints, to the report of a failed test."""
    report = yield
    made = sys.modules.get("invapi_emulator.testing.made")
    if report.failed and made is not None:
        report.sections += made.MADE.stories
    if report.failed and made is not None:
        from invapi_emulator.testing.repeating import command  # noqa: PLC0415 - most runs do not need it
        from invapi_emulator.testing.story import story  # noqa: PLC0415

        found: list[tuple[Account, str | None]] = item.stash.get(_OPEN_BEFORE, [])
        before = dict(found)
        older = _older(item, list(before))
        shown = [account for account in _open_accounts() if account in older or account not in before]
        real = item.stash.get(_BEGAN, None)
        report.sections += [story(account, before.get(account, account.began), real) for account in shown]
        repeat = command(item, older)
        report.sections += [("invapi: repeat this test", repeat)] if repeat else []
    return report


def _older(item: pytest.Item, before: "list[Account]") -> "list[Account]":
    """Return the accounts of `before`, which were open before the test, that it used: those of its fixtures and its class.

    If there is none, and the test made no account, it may have used all of them.
    """
    values = list(getattr(item, "funcargs", {}).values())
    for kind in getattr(getattr(item, "cls", None), "__mro__", ()):
        values += vars(kind).values()
    known = [account for account in before if any(value is account for value in values)]
    made = sys.modules["invapi_emulator.testing.made"].MADE
    return known or ([] if made.has_made_account else before)
