"""`pytest --invapi-assumptions`: run a suite under other options of assumptions; report dependent tests."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed, split
from invapi_emulator.contract.assumptions.retired import RETIRED, retired_line
from invapi_emulator.testing.account import Account
from invapi_emulator.testing.made import MADE

EACH = "each"
_DEFAULTS = "as-assumed"
_FIXTURE = "_invapi_option"
_PROPERTY, _OLD_PROPERTY, _NOT_TRIED = "invapi_option", "invapi_reading", "invapi_not_tried"
_NOT_TRIED_LINE = (
    "{} tests use an emulator, but were not run under the other options, as no parameter reaches them (TestCase, pytest-bdd, "
    "getfixturevalue, an Emulator of their own), or as their account was made before (a fixture of a wider scope, demo):"
)


class AssumptionRuns:
    """A plugin that runs the tests that use an emulator under the given options.

    With `each`, they run once under the defaults and once under every other option. A test that fails only
    under another option is not a failure: it depends on an assumption, and the summary names it. It also names the tests
    that use an emulator in a way that cannot be run so. `fixtures` are the names of the fixtures that tell which tests can.
    Raise ValueError for an unknown id or option.
    """

    def __init__(self, asked: str, fixtures: frozenset[str]) -> None:
        self._fixtures = fixtures
        self._made_before = 0
        self._runs: set[str] = set()
        self._ended = 0
        self._config: pytest.Config | None = None
        self._last_before: list[tuple[Account, int]] = []
        self._each = asked == EACH
        self._retired = None if self._each else retired_line(_options(asked))
        if not self._each:
            Assumed().changed(_options(asked))
            MADE.options = _in_force(asked)
            return
        others = [f"{id_}={other}" for id_ in sorted(ASSUMPTIONS) for other in ASSUMPTIONS[id_].others]
        self._words = [_DEFAULTS, *others]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if self._each and not self._fixtures.isdisjoint(metafunc.fixturenames):
            metafunc.fixturenames.append(_FIXTURE)
            metafunc.parametrize(_FIXTURE, self._words, ids=self._words, indirect=True)

    @pytest.fixture(name=_FIXTURE)
    def option(self, request: pytest.FixtureRequest) -> str:
        word: str = request.param
        return word

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Set the options of this run for all accounts that are made from here on."""
        if self._each:
            MADE.options = _in_force(_word(item) or _DEFAULTS)
            self._made_before = MADE.count
            self._last_before = [(account, _last_call(account)) for account in MADE.accounts]
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not self._each:
            return report
        word = _word(item)
        if report.when == "call" and self._was_not_tried(word):
            report.user_properties.append((_NOT_TRIED, _without(item.nodeid, word or "")))
        if word is None or not report.failed:
            return report
        if word != _DEFAULTS:
            report.outcome = "skipped"
            report.wasxfail = f"depends on an option other than {word}"
        told = [_without(item.nodeid, word), word]
        report.user_properties += [(_PROPERTY, told), (_OLD_PROPERTY, told)]
        return report

    def pytest_report_collectionfinish(self, config: pytest.Config, items: list[pytest.Item]) -> str | None:
        """Say beforehand how many runs there are."""
        self._announce([item.nodeid for item in items])
        return self._plan() if self._each and not hasattr(config, "workerinput") else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Do the same for runs with pytest-xdist, where the workers collect. All collect the same."""
        if self._each and not self._runs:
            self._announce(ids)
            _say(node.config, self._plan())

    def _announce(self, nodeids: list[str]) -> None:
        self._runs = {nodeid for nodeid in nodeids if self._each and _has_word(nodeid, self._words)}

    def _plan(self) -> str:
        tests, options = len(self._runs) // len(self._words), len(self._words) - 1
        return f"invapi assumptions: {len(self._runs)} runs, {tests} test{'' if tests == 1 else 's'} under the defaults and {options} other options each"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show progress after each tenth of the runs. The last phase of a test is its teardown."""
        if report.when != "teardown" or report.nodeid not in self._runs:
            return
        self._ended += 1
        tenth = self._ended * 10 // len(self._runs)
        if tenth > (self._ended - 1) * 10 // len(self._runs) and self._config is not None:
            _say(self._config, f"invapi assumptions: {self._ended} of {len(self._runs)} runs have ended")

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = None if hasattr(config, "workerinput") else config

    def _was_not_tried(self, word: str | None) -> bool:
        """Return whether the test has used an emulator, but not with an account made under its option."""
        has_made = MADE.count > self._made_before
        if any(_last_call(account) != last for account, last in self._last_before):
            return True
        return has_made if word is None else not has_made

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._retired is not None:
            terminalreporter.write_line(f"--invapi-assumptions: {self._retired}")
        if not self._each:
            return
        found = [tuple(value) for value in _told(terminalreporter, _PROPERTY)]
        not_tried = sorted({str(test) for test in _told(terminalreporter, _NOT_TRIED)})
        failing = {test for test, word in found if word == _DEFAULTS}
        terminalreporter.section("invapi assumptions: tests that depend on an option")
        silent = 0
        for word in self._words[1:]:
            tests = sorted({test for test, other in found if other == word} - failing)
            silent += not tests
            for line in _lines(word, tests) if tests else ():
                terminalreporter.write_line(line)
        limit = " that was run under them" if not_tried else ""
        terminalreporter.write_line(f"{silent} other options make no difference to any test{limit}")
        if not_tried:
            terminalreporter.write_line(_NOT_TRIED_LINE.format(len(not_tried)))
        for test in not_tried:
            terminalreporter.write_line(f"    {test}")
        for test in sorted(failing):
            terminalreporter.write_line(f"not checked, as it fails under the defaults: {test}")


def _told(terminalreporter: pytest.TerminalReporter, wanted: str) -> Iterator[Any]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == wanted:
                    yield value


def _lines(word: str, tests: list[str]) -> Iterator[str]:
    id_, option = split(word)
    found = ASSUMPTIONS[id_]
    yield f"{id_}, {found.about}: {len(tests)} {'depends' if len(tests) == 1 else 'depend'} on `{found.default}`, not `{option}`"
    for test in tests:
        yield f"    {test}"


def _say(config: pytest.Config, line: str) -> None:
    """Write a line between the results of tests, in a terminal's reporter if there is one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        if config.pluginmanager.hasplugin(
            "dsession"
        ):  # pytest-xdist writes its dots without telling the reporter
            reporter.write("\n")
        reporter.write_line(line)


def _has_word(nodeid: str, words: list[str]) -> bool:
    """Return whether one of these options is among the parameters in the id of a test."""
    parameters = nodeid.partition("[")[2].removesuffix("]")
    return any(f"-{word}-" in f"-{parameters}-" for word in words)


def _word(item: pytest.Item) -> str | None:
    """Return the option that a test runs under; None if it has no such parameter."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get(_FIXTURE)


def _last_call(account: Account) -> int:
    """Return the id of the newest call in an account's journal, 0 without one."""
    try:
        return account.last_request
    except Exception:  # noqa: BLE001 - the test may have removed the account or stopped the server
        return -1


def _in_force(words: str) -> dict[str, str]:
    options = {} if words == _DEFAULTS else _options(words)
    return {id_: option for id_, option in options.items() if id_ not in RETIRED}


def _options(words: str) -> dict[str, str]:
    return dict(map(split, words.split(",")))


def _without(nodeid: str, word: str) -> str:
    """Return the id of a test without the option among its parameters."""
    name, _, parameters = nodeid.partition("[")
    rest = parameters.removesuffix("]").removeprefix(word).removesuffix(word).strip("-")
    return f"{name}[{rest}]" if rest else name
