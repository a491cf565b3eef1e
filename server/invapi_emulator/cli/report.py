"""`invapi-emulator report`: the lint rules that an account's clients break, as text, JSON or JUnit XML."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import click

from invapi_emulator.cli.control_calls import control, of_account
from invapi_emulator.cli.sections import SectionedCommand

SEVERITIES = ("notice", "warning", "error")
FOUND = 1
_SHOWN = 10
"""Maximum number of calls, and of fields, to list. The JSON has all."""

_SHAPE = {
    "findings": [
        {"id": str, "severity": str, "title": str, "instead": str, "count": int, "requests": [int]},
    ],
}


@click.command(cls=SectionedCommand)
@of_account
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="how to write the findings",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="exit with status 1 for a finding of this severity or worse",
)
def report(url: str, admin_token: str, account: str, form: str, fail_on: str | None) -> int:
    """Report what a client does that will hurt it on the real API.

    It looks at the calls of an account, and says what to do instead.
    """
    answer = control(url, admin_token, "GET", f"{account}/report", shape=_SHAPE)
    written = {"text": _as_text, "json": _as_json, "junit": _as_junit}[form]
    click.echo(written(account, answer))
    bad = SEVERITIES[SEVERITIES.index(fail_on) :] if fail_on else ()
    return FOUND if any(finding["severity"] in bad for finding in answer["findings"]) else 0


def _as_text(account: str, answer: dict[str, Any]) -> str:
    parts = [
        f"{finding['severity']}: {finding['id']}: {finding['title']}\n"
        f"  {_calls(finding)}\n{_fields(finding)}  instead: {finding['instead']}"
        for finding in answer["findings"]
    ]
    gone = _gone(answer)
    return "\n\n".join((parts or [f"{account}: {_clean(answer)}"]) + ([f"{account}: {gone}"] if gone else []))


def _as_json(_account: str, answer: dict[str, Any]) -> str:
    return json.dumps(answer, indent=2)


def _clean(answer: dict[str, Any]) -> str:
    """Return what a report without findings says."""
    checked = answer["calls"]
    return f"{checked} {_calls_word(checked)} checked, no findings" if checked else "no calls yet"


def _fields(finding: dict[str, Any]) -> str:
    """Return a line with the fields that a finding is about; empty for one about other things."""
    names = finding.get("fields", [])
    return f"  fields: {_shortened(names)}\n" if names else ""


def _gone(answer: dict[str, Any]) -> str:
    """Return a line about calls that the report has not looked at; empty if there are none."""
    gone = answer.get("gone", 0)
    return f"{gone} older calls are no longer kept, and not in this report" if gone else ""


def _as_junit(account: str, answer: dict[str, Any]) -> str:
    """Return a suite with a failed test for each finding, and a skipped one for calls that are no longer kept.

    If it would have no test, it has one that passes, as CI pages expect a test.
    """
    found, gone = answer["findings"], _gone(answer)
    suite = ET.Element("testsuite", name=f"invapi-emulator report {account}")
    for finding in found:
        case = ET.SubElement(suite, "testcase", classname=finding["severity"], name=finding["id"])
        ET.SubElement(case, "failure", message=finding["title"]).text = "; ".join(
            part.strip()
            for part in (_calls(finding), _fields(finding), f"instead: {finding['instead']}")
            if part
        )
    if gone:
        case = ET.SubElement(suite, "testcase", classname="report", name="older-calls")
        ET.SubElement(case, "skipped", message=gone)
    if not len(suite):
        case = ET.SubElement(suite, "testcase", classname="report", name="nothing-to-say")
        ET.SubElement(case, "system-out").text = _clean(answer)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(found)))
    suite.set("skipped", str(int(bool(gone))))
    return str(ET.tostring(suite, encoding="us-ascii", xml_declaration=True), "ascii")


def _calls(finding: dict[str, Any]) -> str:
    numbers = _shortened([f"#{number}" for number in finding["requests"]])
    return f"{finding['count']} {_calls_word(finding['count'])}: {numbers}"


def _calls_word(count: int) -> str:
    return "call" if count == 1 else "calls"


def _shortened(words: list[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"{', '.join(words[:_SHOWN])}{more}"
