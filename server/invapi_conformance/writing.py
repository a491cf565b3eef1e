"""Reports for people, programs, CI pages and pages of code scanning."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from invapi_conformance.report import Report, Result
from invapi_conformance.table import Verdict
from invapi_emulator import sarif
from invapi_emulator.contract.sources import Basis
from invapi_emulator.json_escapes import escaped_json
from invapi_emulator.junit import junit_xml

ASSUMED = "assumed: nobody knew"
VERDICTS: tuple[Verdict, ...] = ("holds", "differs", "could not tell")
BASES: tuple[Basis, ...] = ("documented", "seen", "assumed")


def as_text(report: Report) -> str:
    """Write the checks, and at the end a table of numbers. Checks that were not asked are counted by reason."""
    lines = [line for result in report.results for line in _rows(result)]
    return "\n".join([*lines, "", *_not_asked(report), "", *_summary(report), in_numbers(report)])


def _summary(report: Report) -> Iterator[str]:
    """Return a table of the checks: a row for each basis, a column for each verdict."""
    yield f"{'':10}{''.join(f'{verdict:>16}' for verdict in VERDICTS)}"
    for basis in BASES:
        counts = [sum(each.check.basis == basis for each in report.of(verdict)) for verdict in VERDICTS]
        yield f"{basis:10}{''.join(f'{count:16}' for count in counts)}"


def in_numbers(report: Report) -> str:
    holding, differing, unknown = (len(report.of(verdict)) for verdict in VERDICTS)
    return f"{holding} hold, {differing} {'differs' if differing == 1 else 'differ'}, {unknown} could not be told"


def _rows(result: Result) -> Iterator[str]:
    check, finding = result.check, result.finding
    if _was_not_asked(result):
        return
    yield f"{finding.verdict:14}  {check.clause:4}  {check.basis:10}  {check.title}"
    if finding.verdict == "differs":
        yield f"{'':34}{finding.why}{f' ({ASSUMED})' if check.basis == 'assumed' else ''}"
        yield f"{'':34}expected  {_json(finding.expected)}"
        yield f"{'':34}seen      {_json(finding.seen)}"
    elif finding.why:
        yield f"{'':34}{finding.why}"


def _was_not_asked(result: Result) -> bool:
    return result.finding.verdict == "could not tell" and result.finding.why.startswith("needs --")


def _not_asked(report: Report) -> Iterator[str]:
    reasons = [result.finding.why for result in report.results if _was_not_asked(result)]
    for why in dict.fromkeys(reasons):
        yield f"not asked: {reasons.count(why)} that {why.replace('needs', 'need', 1)}"


def as_json(report: Report) -> str:
    return escaped_json(
        json.dumps(
            {
                "target": report.target,
                "vm": report.vm,
                "found": report.found,
                "status": report.status,
                "trouble": report.trouble,
                "checks": [_entry(result) for result in report.results],
            },
            indent=2,
        )
    )


def _entry(result: Result) -> dict[str, Any]:
    check, finding = result.check, result.finding
    return {
        "name": check.name,
        "clause": check.clause,
        "basis": check.basis,
        "title": check.title,
        "verdict": finding.verdict,
        "why": finding.why,
        "expected": finding.expected,
        "seen": finding.seen,
    }


def as_junit(report: Report) -> str:
    """Write one test for each check: failed if it differs, skipped if it could not tell."""
    suite = ET.Element("testsuite", name=f"invapi-conformance of VM {report.vm} at {report.target}")
    for result in report.results:
        check, finding = result.check, result.finding
        case = ET.SubElement(suite, "testcase", classname=f"{check.clause} {check.basis}", name=check.title)
        if finding.verdict == "differs":
            shapes = f"expected {_json(finding.expected)}\nseen     {_json(finding.seen)}"
            ET.SubElement(case, "failure", message=finding.why).text = shapes
        elif finding.verdict == "could not tell":
            ET.SubElement(case, "skipped", message=finding.why)
    for line in report.trouble:
        case = ET.SubElement(suite, "testcase", classname="run", name="the run itself")
        ET.SubElement(case, "error", message=line)
    for name, count in (
        ("tests", len(suite)),
        ("failures", len(report.of("differs"))),
        ("skipped", len(report.of("could not tell"))),
        ("errors", len(report.trouble)),
    ):
        suite.set(name, str(count))
    return junit_xml(suite)


def as_sarif(report: Report, source: str | None = None) -> str:
    """Write a SARIF log: an error for each check that differs, a warning if the clause is only assumed, and the trouble.

    `source` is the URI of the file that all of them are shown at.
    """
    differing = report.of("differs")
    rules = [sarif.Rule(each.check.name, each.check.title, _level(each), _clause(each)) for each in differing]
    place = f"{report.target}/vm/{report.vm}"
    results = [sarif.Result(each.check.name, _level(each), _difference(each), [place]) for each in differing]
    if report.trouble:
        rules.append(
            sarif.Rule("the-run-itself", "the run ended early", "error", "See the messages of the run.")
        )
        results += [sarif.Result("the-run-itself", "error", line, [place]) for line in report.trouble]
    return sarif.sarif_log("invapi-conformance", rules, results, source)


def _level(result: Result) -> sarif.Level:
    return "warning" if result.check.basis == "assumed" else "error"


def _clause(result: Result) -> str:
    return f"Clause {result.check.clause} ({result.check.basis}). See docs/reference/wire.md."


def _difference(result: Result) -> str:
    finding = result.finding
    return f"{finding.why}: expected {_json(finding.expected)}, seen {_json(finding.seen)}"


def _json(value: Any) -> str:
    return escaped_json(json.dumps(value, ensure_ascii=False))
