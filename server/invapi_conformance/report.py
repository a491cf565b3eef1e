"""The result of a run."""

from dataclasses import dataclass, field, replace

from invapi_conformance.masking import Masking
from invapi_conformance.table import Check, Finding, Verdict
from invapi_emulator.ending import INTERRUPTED as WAS_INTERRUPTED

NOTHING_DIFFERS, SOMETHING_DIFFERS, COULD_NOT_RUN = 0, 1, 2

INTERRUPTED = "interrupted"
"""The line of trouble of a run that was told to stop."""


@dataclass(frozen=True, slots=True)
class Result:
    check: Check
    finding: Finding


@dataclass
class Report:
    """A report. `trouble` are lines for a person: why the run ended early, and what is left behind."""

    target: str
    vm: int
    found: str
    results: list[Result] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def of(self, verdict: Verdict) -> list[Result]:
        return [result for result in self.results if result.finding.verdict == verdict]

    @property
    def status(self) -> int:
        """The exit status. An interrupted run that has left something behind says the latter."""
        if self.trouble == [INTERRUPTED]:
            return WAS_INTERRUPTED
        if self.trouble:
            return COULD_NOT_RUN
        return SOMETHING_DIFFERS if self.of("differs") else NOTHING_DIFFERS

    def masked(self, masking: Masking) -> "Report":
        return Report(
            masking.text(self.target),
            self.vm,
            masking.text(self.found),
            [Result(result.check, _masked(result.finding, masking)) for result in self.results],
            [masking.text(line) for line in self.trouble],
        )


def _masked(finding: Finding, masking: Masking) -> Finding:
    return replace(
        finding,
        why=masking.text(finding.why),
        expected=masking.value(finding.expected),
        seen=masking.value(finding.seen),
    )
