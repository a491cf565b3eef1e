"""`pytest --invapi-lint`: fail each test whose calls break a lint rule, and name those whose calls were not all looked at."""

from collections.abc import Generator

import pytest

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.account_lint import AccountLint
from invapi_emulator.testing.made import MADE

_PROPERTY = "invapi_lint_incomplete"
_HEADING = "invapi lint: calls that were not looked at in their test"


class LintRuns:
    """A plugin that looks at the accounts made in this process: after a test, after its teardown, and before an account goes.

    A test is to blame for the calls made from its set-up to its teardown. A test that fails or is skipped is not looked at.
    """

    def __init__(self, least: str) -> None:
        self._least = least
        self._lints: dict[Account, AccountLint] = {}
        self._has_failed = False
        self._told: list[str] = []
        MADE.before_it_goes.append(self._look_for_the_last_time)

    def pytest_unconfigure(self) -> None:
        MADE.before_it_goes.remove(self._look_for_the_last_time)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        self._has_failed = False
        self._lints = {account: self._of(account) for account in _open_accounts()}
        for lint in self._lints.values():
            lint.begin_test()
        try:
            yield
        except BaseException as problem:
            self._note_failure(problem)
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        try:
            result = yield
        except BaseException as problem:
            self._note_failure(problem)
            raise
        self._complain()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, None, None]:
        try:
            yield
        except BaseException as problem:
            self._note_failure(problem)
            raise
        self._complain()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add what was missed to the test's properties. All of them are in its last report, the one that JUnit files read."""
        report = yield
        for lint in list(self._lints.values()):
            new = [(_PROPERTY, text) for text in lint.missed]
            item.user_properties += new
            report.user_properties += new
            lint.missed = []
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "teardown":
            return
        texts = [str(value) for name, value in report.user_properties if name == _PROPERTY]
        self._told += [f"{report.nodeid}: {text}" for text in texts]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._told:
            terminalreporter.section(_HEADING)
        for line in dict.fromkeys(self._told):  # a test that other plugins repeat has its lines again
            terminalreporter.write_line(line)

    def _note_failure(self, problem: BaseException) -> None:
        """Remember that the test fails or is skipped. Its calls are looked at all the same: the next test did not make them."""
        self._has_failed = True
        if isinstance(problem, KeyboardInterrupt):
            return  # no test follows, and a server that hangs would be waited for
        self._complain()

    def _complain(self) -> None:
        """Look at all open accounts, and fail the test for what was found in its calls."""
        for account in _open_accounts():
            self._look(account)
        lints = list(self._lints.values())  # threads of the test may close accounts meanwhile
        found = [text for lint in lints for text in lint.found]
        for lint in lints:
            lint.found = []
            lint.missed = [] if self._has_failed else lint.missed
        if found and not self._has_failed:
            pytest.fail("\n".join(found), pytrace=False)

    def _look_for_the_last_time(self, account: Account) -> None:
        """Look at an account that is about to be removed. Keep its story for the report if it fails the test."""
        self._look(account)
        if self._lints[account].found and not self._has_failed:
            MADE.left_in_failure(account)

    def _look(self, account: Account) -> None:
        self._lints.setdefault(account, self._of(account)).look()

    def _of(self, account: Account) -> AccountLint:
        return self._lints.get(account) or AccountLint(account, self._least)


def _open_accounts() -> list[Account]:
    return [account for account in MADE.accounts if not account.closed]
