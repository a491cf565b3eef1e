"""`pytest --invapi-assumptions`: run a suite under other options of assumptions; report dependent tests."""

from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import pytest
from _pytest.junitxml import xml_key  # the plugins of others have no other way to a suite's properties

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed, split
from invapi_emulator.contract.assumptions.retired import RETIRED, retired_line
from invapi_emulator.testing.account import Account
from invapi_emulator.testing.assumption_tally import DEFAULTS, FAILED, NOT_TRIED, OVERRIDDEN, Tally
from invapi_emulator.testing.foreign_calls import ForeignCalls
from invapi_emulator.testing.made import MADE
from invapi_emulator.testing.option_parameter import (
    OPTION_FIXTURE,
    listen_to_worker,
    option_of,
    planned,
    tell_controller,
    told_by_worker,
    without_option,
)

EACH = "each"
_OLD_PROPERTY, _DESELECTED = "invapi_reading", "invapi_deselected"


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
        self._ended = 0
        self._config: pytest.Config | None = None
        self._last_before: list[tuple[Account, int]] = []
        self._is_overridden = False
        self._foreign_calls = ForeignCalls()
        self._each = asked == EACH
        self._retired = None if self._each else retired_line(_options(asked))
        if not self._each:
            Assumed().changed(_options(asked))
            MADE.options = _in_force(asked)
            return
        others = [f"{id_}={other}" for id_ in sorted(ASSUMPTIONS) for other in ASSUMPTIONS[id_].others]
        self._tally = Tally([DEFAULTS, *others])
        MADE.before_it_goes.append(self._look)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> Generator[None, None, None]:
        """Add the options as a parameter, before those of the test: their ids come first."""
        if self._each and not self._fixtures.isdisjoint(metafunc.fixturenames):
            metafunc.fixturenames.append(OPTION_FIXTURE)
            words = self._tally.words
            metafunc.parametrize(OPTION_FIXTURE, words, ids=words, indirect=True)
        yield

    @pytest.fixture(name=OPTION_FIXTURE)
    def option(self, request: pytest.FixtureRequest) -> str:
        word: str = request.param
        return word

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Set the options of this run for all accounts that are made from here on."""
        if self._each:
            MADE.options = _in_force(option_of(item) or DEFAULTS)
            self._made_before = MADE.count
            self._last_before = [(account, _last_call(account)) for account in MADE.accounts]
            self._is_overridden = False
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not self._each:
            return report
        word = option_of(item)
        if report.when == "call" and self._was_not_tried(word):
            report.user_properties.append((NOT_TRIED, without_option(item)))
        if report.when == "call" and self._has_overridden(word):
            report.user_properties.append((OVERRIDDEN, word))
        if word is None or not report.failed:
            return report
        if word != DEFAULTS:
            report.outcome = "skipped"
            report.wasxfail = f"fails under {word}"
        told = [without_option(item), word]
        report.user_properties += [(FAILED, told), (_OLD_PROPERTY, told)]
        return report

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        if self._each and items:
            self._tally.has_deselected = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note files whose tests are unknown, as they were skipped or could not be imported."""
        if self._each and not report.passed:
            self._tally.uncollected.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which runs there are. An xdist worker tells them to the controller, which does not collect."""
        if not self._each:
            return
        self._tally.plan(planned(session.items))
        if hasattr(session.config, "workerinput"):
            tell_controller(session.config.workerinput, self._tally.planned)

    def pytest_report_collectionfinish(self) -> str | None:
        """Say beforehand how many runs there are."""
        return self._plan() if self._each else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the summary into the JUnit file too. An xdist worker tells whether tests were deselected: only it knows."""
        if not self._each:
            return
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_DESELECTED] = self._tally.has_deselected
        junit = session.config.stash.get(xml_key, None)
        if junit is not None:
            for line in self._tally.lines():
                if not line.startswith(" "):  # the names of tests
                    junit.add_global_property("invapi_assumptions", line)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if self._each and getattr(node, "workeroutput", {}).get(_DESELECTED):
            self._tally.has_deselected = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if self._each:
            listen_to_worker(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any) -> None:
        """Do the same for runs with pytest-xdist, where the workers collect. All collect the same."""
        if self._each and not self._tally.planned:
            self._tally.plan(told_by_worker(node))
            _say(node.config, self._plan())

    def _plan(self) -> str:
        return f"invapi assumptions: {self._tally.announced()}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the report. Show progress after each tenth of the runs. The last phase of a test is its teardown."""
        if not self._each:
            return
        self._tally.add(report)
        runs = len(self._tally.planned)
        if report.when != "teardown" or report.nodeid not in self._tally.planned:
            return
        self._ended += 1
        tenth = self._ended * 10 // runs
        if tenth > (self._ended - 1) * 10 // runs and self._config is not None:
            _say(self._config, f"invapi assumptions: {self._ended} of {runs} runs have ended")

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = None if hasattr(config, "workerinput") else config

    def pytest_unconfigure(self) -> None:
        if self._each:
            MADE.before_it_goes.remove(self._look)

    def _was_not_tried(self, word: str | None) -> bool:
        """Return whether the test has used an emulator, but not with an account made under its option."""
        has_made = MADE.count > self._made_before
        if self._foreign_calls.have_come():
            return True
        if any(_last_call(account) != last for account, last in self._last_before):
            return True
        return has_made if word is None else not has_made

    def _has_overridden(self, word: str | None) -> bool:
        """Return whether an account that the test made had another option than that of the run in the end."""
        if word in {None, DEFAULTS}:
            return False
        before = {account for account, _ in self._last_before}
        for account in MADE.accounts:
            if account not in before and not account.closed:
                self._look(account)
        return self._is_overridden

    def _look(self, account: Account) -> None:
        """Note whether an account has the options of the run: it is about to be removed, or the test has ended."""
        self._is_overridden |= not MADE.options.items() <= _options_of(account).items()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._retired is not None:
            terminalreporter.write_line(f"--invapi-assumptions: {self._retired}")
        if not self._each:
            return
        terminalreporter.section("invapi assumptions: tests that depend on an option")
        for line in self._tally.lines():
            terminalreporter.write_line(line)


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


def _last_call(account: Account) -> int:
    """Return the id of the newest call in an account's journal, 0 without one."""
    try:
        return account.last_request
    except Exception:  # noqa: BLE001 - the test may have removed the account or stopped the server
        return -1


def _options_of(account: Account) -> dict[str, str]:
    """Return the options that an account has now, none if it cannot be asked any more."""
    try:
        found = account.emulator.control("GET", f"/accounts/{quote(account.name)}/assumptions")
    except Exception:  # noqa: BLE001 - a test may have removed the account or stopped the server
        return {}
    return {each["id"]: each["option"] for each in found["assumptions"]}


def _in_force(words: str) -> dict[str, str]:
    options = {} if words == DEFAULTS else _options(words)
    return {id_: option for id_, option in options.items() if id_ not in RETIRED}


def _options(words: str) -> dict[str, str]:
    return dict(map(split, words.split(",")))
