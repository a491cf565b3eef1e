"""What became of each run of `--invapi-assumptions=each`: a test under the defaults or under another option.

An option makes no difference only if each test ran to its end under it and under the defaults. All else is counted as
missing, with its reason.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, split
from invapi_emulator.testing.option_parameter import Planned

DEFAULTS = "as-assumed"
FAILED, NOT_TRIED, OVERRIDDEN = "invapi_option", "invapi_not_tried", "invapi_overridden"
"""Properties of a report: the test failed under its option; it used an emulator without its option; it chose another itself."""

_NOT_TRIED_LINE = (
    "{} tests use an emulator, but were not run under the other options, as no parameter reaches them (TestCase, pytest-bdd, "
    "getfixturevalue, an Emulator of their own), or as their account was made before (a fixture of a wider scope, demo):"
)
_WORST_LAST = ("passed", "xpassed", "xfailed", "skipped", "failed")
_NOT_SELECTED = "not selected"
_NOT_ENDED = "not run to their end (the session stopped, or a worker crashed)"
_SKIPPED = "skipped"
_OVERRIDDEN = "with another option in the end, which the test, its marker or an imported world has chosen"
_NOT_COMPARED = "without a run under the defaults that passes, to compare them with"
_REASONS = (_NOT_SELECTED, _NOT_ENDED, _SKIPPED, _OVERRIDDEN, _NOT_COMPARED)


@dataclass(slots=True)
class _Run:
    """What the reports of a run say so far: the worst outcome, and which phases were reported."""

    outcome: str = "passed"
    was_called: bool = False
    was_overridden: bool = False
    was_torn_down: bool = False

    def add(self, report: pytest.TestReport) -> None:
        self.outcome = max(self.outcome, _outcome(report), key=_WORST_LAST.index)
        self.was_called |= report.when == "call"
        self.was_overridden |= any(name == OVERRIDDEN for name, _ in report.user_properties)
        self.was_torn_down |= report.when == "teardown"

    @property
    def has_ended(self) -> bool:
        return self.was_torn_down and (self.was_called or self.outcome in {"failed", "skipped"})

    @property
    def can_be_compared(self) -> bool:
        return self.has_ended and self.outcome not in {"failed", "skipped"}


class Tally:
    """The planned runs, their reports, and the summary. `words` are the options, the defaults first."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.planned: Planned = {}
        self.has_deselected = False
        self.uncollected: set[str] = set()
        self._selected: frozenset[tuple[str, str]] = frozenset()
        self._runs: dict[tuple[str, str], _Run] = {}
        self._not_tried: set[str] = set()

    def plan(self, runs: Planned) -> None:
        """Note the selected runs."""
        self.planned = runs
        self._selected = frozenset(runs.values())

    def add(self, report: pytest.TestReport) -> None:
        """Note a phase of a run. A repeated run begins anew. What xdist reports of a crash is not a phase."""
        self._not_tried.update(str(value) for name, value in report.user_properties if name == NOT_TRIED)
        run = self.planned.get(report.nodeid)
        if (
            run is None
            or report.when not in {"setup", "call", "teardown"}
            or report.outcome not in _WORST_LAST
        ):
            return
        if report.when == "setup":
            self._runs[run] = _Run()
        self._runs.setdefault(run, _Run()).add(report)

    def announced(self) -> str:
        """Return how many runs there are."""
        tests, options, runs = len(self._tests()), len(self.words) - 1, len(self.planned)
        if runs != tests * len(self.words):
            return f"{runs} of {tests * len(self.words)} runs are selected"
        return f"{runs} runs, {tests} test{'' if tests == 1 else 's'} under the defaults and {options} other options each"

    def lines(self) -> Iterator[str]:
        """Yield the summary."""
        silent, partial, missing = 0, 0, Counter[str]()
        for word in self.words[1:]:
            verdicts = {test: self._verdict(test, word) for test in self._tests()}
            lacking = Counter(verdict for verdict in verdicts.values() if verdict in _REASONS)
            depend = sorted(test for test, verdict in verdicts.items() if verdict == "depends")
            yield from _dependent(word, depend, lacking.total()) if depend else ()
            is_whole = bool(verdicts) and not lacking and not self.uncollected
            silent += is_whole and not depend
            partial += not is_whole
            missing += lacking
        yield from self._told(silent, partial, missing)
        yield from self._not_compared()

    def _tests(self) -> list[str]:
        """Return the tests that options reach."""
        return sorted({test for test, _ in self._selected} - self._not_tried)

    def _verdict(self, test: str, word: str) -> str:
        """Return `same`, `depends`, or the reason why the run says nothing."""
        if (test, word) not in self._selected:
            return _NOT_SELECTED
        run, usual = self._runs.get((test, word)), self._runs.get((test, DEFAULTS))
        if run is None or not (run.has_ended or run.outcome == "failed"):
            return _NOT_ENDED
        if run.outcome == "skipped":
            return _SKIPPED
        if usual is None or not usual.can_be_compared:
            return _NOT_COMPARED
        if run.outcome != usual.outcome:
            return "depends"
        return _OVERRIDDEN if run.was_overridden else "same"

    def _told(self, silent: int, partial: int, missing: Counter[str]) -> Iterator[str]:
        if silent:
            limit = " that was run under them" if self._not_tried or self.has_deselected else ""
            yield f"{silent} other options make no difference to any test{limit}"
        if partial:
            yield f"{partial} {'option was' if partial == 1 else 'options were'} not fully tried: {self._why(missing)}"
        if self._not_tried:
            yield _NOT_TRIED_LINE.format(len(self._not_tried))
        yield from (f"    {test}" for test in sorted(self._not_tried))

    def _why(self, missing: Counter[str]) -> str:
        """Return how many runs are missing, and why."""
        count = len(self._tests()) * (len(self.words) - 1)
        reasons = ", ".join(f"{missing[reason]} {reason}" for reason in _REASONS if missing[reason])
        said = [f"{missing.total()} of {count} runs are missing: {reasons}"] if reasons else []
        if self.uncollected:
            said.append(f"files skipped or not collected: {len(self.uncollected)}")
        return "; ".join(said) or "no test was run under them"

    def _not_compared(self) -> Iterator[str]:
        """Yield the tests that fail without a passing run under the defaults."""
        failed = sorted(run for run, reports in self._runs.items() if reports.outcome == "failed")
        usual = {test for test, word in failed if word == DEFAULTS}
        yield from (f"not checked, as it fails under the defaults: {test}" for test in sorted(usual))
        for test, word in failed:
            if test not in usual and self._verdict(test, word) == _NOT_COMPARED:
                yield f"fails under {word}, and has not run under the defaults: {test}"


def _outcome(report: pytest.TestReport) -> str:
    if report.failed or any(name == FAILED for name, _ in report.user_properties):
        return "failed"
    return (
        f"x{report.outcome}".replace("xskipped", "xfailed") if hasattr(report, "wasxfail") else report.outcome
    )


def _dependent(word: str, tests: list[str], lacking: int) -> Iterator[str]:
    id_, option = split(word)
    found = ASSUMPTIONS[id_]
    limit = f" (not tried on {lacking} more)" if lacking else ""
    yield f"{id_}, {found.about}: {len(tests)} {'depends' if len(tests) == 1 else 'depend'} on `{found.default}`, not `{option}`{limit}"
    for test in tests:
        yield f"    {test}"
