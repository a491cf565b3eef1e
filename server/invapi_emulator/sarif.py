"""SARIF 2.1.0: the form in which tools tell pages of code scanning what they found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from invapi_emulator import __version__
from invapi_emulator.json_escapes import escaped_json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""The name of the schema. Nothing here loads it."""

Level: TypeAlias = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `help_` says what to do, in one line of text."""

    id: str
    title: str
    level: Level
    help_: str


@dataclass(frozen=True, slots=True)
class Result:
    """A broken rule. `places` are names such as `demo/requests/2`; SARIF calls them logical locations."""

    rule: str
    level: Level
    message: str
    places: Sequence[str]


def source_uri(path: str) -> str:
    """Return a file of a repository as a URI relative to its root. Raise ValueError for a path that may lead out of it."""
    file = PurePosixPath(path)
    inside = not file.is_absolute() and ".." not in file.parts and file.name
    if not inside or not path.isprintable() or "://" in path or "\\" in path or path.endswith("/"):
        raise ValueError(f"{path!r}: expected a file from the root of your repository, such as src/backup.py")
    return quote(str(file))


def sarif_log(
    tool: str,
    rules: Sequence[Rule],
    results: Sequence[Result],
    source: str | None = None,
    lacks: Sequence[str] = (),
) -> str:
    """Return a log of one run, as JSON. `rules` has each rule of the results once.

    `source` is the URI of the file that all results are shown at. Pages of code scanning leave out results without one.
    `lacks` says what the run has not looked at.
    """
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {"name": tool, "version": __version__, "rules": list(map(_rule, rules))}
    written = [_result(each, index[each.rule], source) for each in results]
    run = {"tool": {"driver": driver}, "invocations": [_invocation(lacks)], "results": written}
    return escaped_json(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2))


def _invocation(lacks: Sequence[str]) -> dict[str, Any]:
    notes = [{"level": "warning", "message": {"text": text}} for text in lacks]
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.help_},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(result: Result, index: int, source: str | None) -> dict[str, Any]:
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": result.message},
        "locations": _locations(result.places, source),
    }


def _locations(places: Sequence[str], source: str | None) -> list[dict[str, Any]]:
    """Return a location for each place, or, with a source, its first line with all places."""
    logical = [{"fullyQualifiedName": place} for place in places]
    if source is None:
        return [{"logicalLocations": [place]} for place in logical]
    file = {"artifactLocation": {"uri": source, "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}}
    return [{"physicalLocation": file, "logicalLocations": logical}]
