"""Reading and writing worlds as text: JSON or YAML."""

import json
from datetime import date
from typing import Any

import yaml

YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (*YAML_ENDINGS, ".json")


def parse(text: str) -> Any:
    """Return what a text in JSON or YAML says; raises ValueError, in one line, if it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        no_json = problem
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        if text.lstrip().startswith(("{", "[")):
            raise ValueError(f"it is no JSON: {no_json}") from None
        raise ValueError(f"it is no YAML: {_in_one_line(problem)}") from None


def as_json(parsed: Any) -> Any:
    """Return what was parsed as JSON has it: timestamps, which YAML knows, are text there.

    Raises ValueError for what JSON cannot say.
    """
    try:
        return json.loads(json.dumps(parsed, default=_text_of_date))
    except (TypeError, RecursionError) as problem:
        raise ValueError(str(problem)) from None


def written(world: Any, *, as_yaml: bool) -> str:
    if as_yaml:
        return yaml.safe_dump(world, sort_keys=False, allow_unicode=True, width=110)
    return f"{json.dumps(world, indent=2, ensure_ascii=False)}\n"


def _text_of_date(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError(f"{type(value).__name__} has no place in a world")


def _in_one_line(problem: Exception) -> str:
    if isinstance(problem, yaml.MarkedYAMLError) and problem.problem_mark is not None:
        mark = problem.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {problem.problem}"
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
