"""The forms of `invapi-emulator report`: text for people, JSON, JUnit XML, and SARIF 2.1.0 for pages of code scanning."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from invapi_emulator.cli.tables import table
from invapi_emulator.json_escapes import escaped_json
from invapi_emulator.junit import junit_xml
from invapi_emulator.process.logs import escaped
from invapi_emulator.sarif import Level, Result, Rule, sarif_log

SEVERITIES = ("notice", "warning", "error")
_LEVELS: dict[str, Level] = {"notice": "note", "warning": "warning", "error": "error"}
_SHOWN = 10
"""Maximum number of calls, and of fields, to list. The JSON has all."""


def _as_text(account: str, answer: dict[str, Any]) -> str:
    """Return the findings one by one, then the same as a table with a summary."""
    parts = [
        f"{finding['severity']}: {finding['id']}: {finding['title']}\n"
        f"  {_calls(finding)}\n{_fields(finding)}  instead: {finding['instead']}"
        for finding in answer["findings"]
    ]
    parts += [_table(account, answer)] if parts else [f"{account}: {_clean(answer)}"]
    gone = _gone(answer)
    return "\n\n".join([*parts, f"{account}: {gone}"] if gone else parts)


def _table(account: str, answer: dict[str, Any]) -> str:
    """Return a line for each finding, the worst first, and a line with the numbers of each severity."""
    found = answer["findings"]
    rows = [(each["severity"], each["id"], each["count"], each.get("docs")) for each in found]
    numbers = [
        (severity, sum(each["severity"] == severity for each in found)) for severity in reversed(SEVERITIES)
    ]
    counted = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in numbers if count)
    checked = answer.get("calls")
    within = "" if checked is None else f" in {checked} {_calls_word(checked)}"
    return "\n".join([*table(("severity", "rule", "calls", "see"), rows), f"{account}: {counted}{within}"])


def _as_json(_account: str, answer: dict[str, Any]) -> str:
    return escaped_json(json.dumps(answer, indent=2))


def _clean(answer: dict[str, Any]) -> str:
    """Return what a report without findings says."""
    checked = answer["calls"]
    return f"{checked} {_calls_word(checked)} checked, no findings" if checked else "no calls yet"


def _fields(finding: dict[str, Any]) -> str:
    """Return a line with the fields that a finding is about; empty for one about other things. Clients choose the names."""
    names = [escaped(str(name)) for name in finding.get("fields", [])]
    left_out = finding.get("fields_left_out", 0)
    others = f", and up to {left_out} whose names are not kept" if left_out else ""
    return f"  fields: {_shortened(names)}{others}\n" if names else ""


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
    return junit_xml(suite)


def _as_sarif(account: str, answer: dict[str, Any], source: str | None = None) -> str:
    """Return a SARIF log: a result for each finding. Its locations are calls, as the report knows no file but `source`."""
    rules = [
        Rule(each["id"], each["title"], _LEVELS[each["severity"]], _help(each)) for each in answer["findings"]
    ]
    results = [
        Result(
            each["id"], _LEVELS[each["severity"]], f"{each['title']} ({_calls(each)})", _places(account, each)
        )
        for each in answer["findings"]
    ]
    gone = _gone(answer)
    return sarif_log("invapi-emulator report", rules, results, source, [f"{account}: {gone}"] if gone else ())


def _help(finding: dict[str, Any]) -> str:
    page = finding.get("docs")
    return f"{finding['instead']} See {page}." if page else finding["instead"]


def _places(account: str, finding: dict[str, Any]) -> list[str]:
    return [f"{account}/requests/{number}" for number in finding["requests"]]


def _calls(finding: dict[str, Any]) -> str:
    numbers = _shortened([f"#{number}" for number in finding["requests"]])
    return f"{finding['count']} {_calls_word(finding['count'])}: {numbers}"


def _calls_word(count: int) -> str:
    return "call" if count == 1 else "calls"


def _shortened(words: list[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"{', '.join(words[:_SHOWN])}{more}"


Writer: TypeAlias = Callable[[str, dict[str, Any]], str]
FORMS: dict[str, Writer] = {"text": _as_text, "json": _as_json, "junit": _as_junit, "sarif": _as_sarif}
"""How to write the report of an account, by the value of `--format`."""


def written(form: str, account: str, answer: dict[str, Any], source: str | None) -> str:
    """Return the report in a form. `source` is the URI of the client's file, for SARIF."""
    return _as_sarif(account, answer, source) if source is not None else FORMS[form](account, answer)
