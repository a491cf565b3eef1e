"""SARIF 2.1.0: the form in which tools tell pages of code scanning what they found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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


def sarif_log(tool: str, rules: Sequence[Rule], results: Sequence[Result]) -> str:
    """Return a log of one run, as JSON. `rules` has each rule of the results once."""
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {"name": tool, "version": __version__, "rules": list(map(_rule, rules))}
    run = {"tool": {"driver": driver}, "results": [_result(each, index[each.rule]) for each in results]}
    return escaped_json(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2))


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.help_},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(result: Result, index: int) -> dict[str, Any]:
    places = [{"logicalLocations": [{"fullyQualifiedName": place}]} for place in result.places]
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": result.message},
        "locations": places,
    }
