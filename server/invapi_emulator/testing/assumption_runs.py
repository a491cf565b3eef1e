"""`pytest --invapi-assumptions`: a suite under other readings of what nobody knows, and which tests depend on them."""

from collections.abc import Generator, Iterator

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed, split

EACH = "each"
_OWN = "as-assumed"
_FIXTURE = "_invapi_reading"
_PROPERTY = "invapi_reading"
_OURS = frozenset({"invapi", "invapi_server"})


class Readings:
    """A plugin: tests that use an emulator run under the readings that were asked for.

    With `each` they run once as they are, and once under every single other reading. A test that fails only then is
    no failure: it depends on a guess, and the summary says on which. Raises ValueError for words that turn nothing.
    """

    def __init__(self, asked: str) -> None:
        self._each = asked == EACH
        if not self._each:
            self._words = [asked]
            Assumed().changed(_readings(asked))
            return
        turned = [f"{id_}={other}" for id_ in sorted(ASSUMPTIONS) for other in ASSUMPTIONS[id_].others]
        self._words = [_OWN, *turned]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if not _OURS.isdisjoint(metafunc.fixturenames):
            metafunc.parametrize(_FIXTURE, self._words, ids=self._words, indirect=True)

    @pytest.fixture(name=_FIXTURE, autouse=True)
    def reading(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Let accounts that the test makes assume what is its turn; one that uses no emulator has none."""
        word = getattr(request, "param", None)
        if word is None:
            yield
            return
        emulator = request.getfixturevalue("invapi_server")
        emulator.assumed = {} if word == _OWN else _readings(word)
        yield
        emulator.assumed = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        word = getattr(item, "callspec", None) and item.callspec.params.get(_FIXTURE)  # type: ignore[attr-defined]
        if not self._each or word is None:
            return report
        if report.failed and word != _OWN:
            report.outcome = "skipped"
            report.wasxfail = f"depends on another reading than {word}"
            report.user_properties.append((_PROPERTY, [_without(item.nodeid, word), word]))
        elif report.failed:
            report.user_properties.append((_PROPERTY, [_without(item.nodeid, word), word]))
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._each:
            return
        found = [tuple(value) for value in _told(terminalreporter)]
        failing = {test for test, word in found if word == _OWN}
        terminalreporter.section("invapi assumptions: which tests depend on a guess")
        silent = 0
        for word in self._words[1:]:
            tests = sorted({test for test, other in found if other == word} - failing)
            silent += not tests
            for line in _lines(word, tests) if tests else ():
                terminalreporter.write_line(line)
        terminalreporter.write_line(f"{silent} other readings make no difference to any test")
        for test in sorted(failing):
            terminalreporter.write_line(f"not looked at, it fails as it is: {test}")


def _told(terminalreporter: pytest.TerminalReporter) -> Iterator[list[str]]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == _PROPERTY:
                    yield value


def _lines(word: str, tests: list[str]) -> Iterator[str]:
    id_, reading = split(word)
    turned = ASSUMPTIONS[id_]
    yield f"{id_}, {turned.about}: {len(tests)} depend on `{turned.default}`, not `{reading}`"
    for test in tests:
        yield f"    {test}"


def _readings(words: str) -> dict[str, str]:
    return dict(map(split, words.split(",")))


def _without(nodeid: str, word: str) -> str:
    """Return the name of a test as it is without the reading among its parameters."""
    name, _, parameters = nodeid.partition("[")
    rest = parameters.removesuffix("]").removeprefix(word).removesuffix(word).strip("-")
    return f"{name}[{rest}]" if rest else name
