"""`pytest --invapi-assumptions`: run a suite under other options of assumptions; report dependent tests."""

from collections.abc import Generator, Iterator

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed, split
from invapi_emulator.contract.assumptions.retired import RETIRED, retired_line

EACH = "each"
_DEFAULTS = "as-assumed"
_FIXTURE = "_invapi_option"
_PROPERTY, _OLD_PROPERTY = "invapi_option", "invapi_reading"
_OURS = frozenset({"invapi", "invapi_server"})


class AssumptionRuns:
    """A plugin that runs the tests that use an emulator under the given options.

    With `each`, they run once under the defaults and once under every other option. A test that fails only
    under another option is not a failure: it depends on an assumption, and the summary names it.
    Raise ValueError for an unknown id or option.
    """

    def __init__(self, asked: str) -> None:
        self._each = asked == EACH
        self._retired = None if self._each else retired_line(_options(asked))
        if not self._each:
            self._words = [asked]
            Assumed().changed(_options(asked))
            return
        others = [f"{id_}={other}" for id_ in sorted(ASSUMPTIONS) for other in ASSUMPTIONS[id_].others]
        self._words = [_DEFAULTS, *others]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if not _OURS.isdisjoint(metafunc.fixturenames):
            metafunc.parametrize(_FIXTURE, self._words, ids=self._words, indirect=True)

    @pytest.fixture(name=_FIXTURE, autouse=True)
    def option(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Set the options of this run for accounts that the test creates, if the test uses an emulator."""
        word = getattr(request, "param", None)
        if word is None:
            yield
            return
        emulator = request.getfixturevalue("invapi_server")
        options = {} if word == _DEFAULTS else _options(word)
        emulator.assumed = {id_: option for id_, option in options.items() if id_ not in RETIRED}
        yield
        emulator.assumed = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        word = getattr(item, "callspec", None) and item.callspec.params.get(_FIXTURE)  # type: ignore[attr-defined]
        if not self._each or word is None or not report.failed:
            return report
        if word != _DEFAULTS:
            report.outcome = "skipped"
            report.wasxfail = f"depends on an option other than {word}"
        told = [_without(item.nodeid, word), word]
        report.user_properties += [(_PROPERTY, told), (_OLD_PROPERTY, told)]
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._retired is not None:
            terminalreporter.write_line(f"--invapi-assumptions: {self._retired}")
        if not self._each:
            return
        found = [tuple(value) for value in _told(terminalreporter)]
        failing = {test for test, word in found if word == _DEFAULTS}
        terminalreporter.section("invapi assumptions: tests that depend on an option")
        silent = 0
        for word in self._words[1:]:
            tests = sorted({test for test, other in found if other == word} - failing)
            silent += not tests
            for line in _lines(word, tests) if tests else ():
                terminalreporter.write_line(line)
        terminalreporter.write_line(f"{silent} other options make no difference to any test")
        for test in sorted(failing):
            terminalreporter.write_line(f"not checked, as it fails under the defaults: {test}")


def _told(terminalreporter: pytest.TerminalReporter) -> Iterator[list[str]]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == _PROPERTY:
                    yield value


def _lines(word: str, tests: list[str]) -> Iterator[str]:
    id_, option = split(word)
    found = ASSUMPTIONS[id_]
    yield f"{id_}, {found.about}: {len(tests)} depend on `{found.default}`, not `{option}`"
    for test in tests:
        yield f"    {test}"


def _options(words: str) -> dict[str, str]:
    return dict(map(split, words.split(",")))


def _without(nodeid: str, word: str) -> str:
    """Return the id of a test without the option among its parameters."""
    name, _, parameters = nodeid.partition("[")
    rest = parameters.removesuffix("]").removeprefix(word).removesuffix(word).strip("-")
    return f"{name}[{rest}]" if rest else name
