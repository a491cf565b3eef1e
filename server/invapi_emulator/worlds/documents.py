"""Reading and writing worlds as text: JSON or YAML."""

import json
from collections.abc import Hashable
from datetime import date
from typing import Any

import yaml

YAML_ENDINGS = (".yaml", ".yml")
_MERGE = "tag:yaml.org,2002:merge"
ENDINGS = (*YAML_ENDINGS, ".json")


class _Strict(yaml.SafeLoader):
    """A safe loader that refuses a key that stands twice: the reader would not know which one counts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - as the library has it
        keys = [key for key, _ in node.value if key.tag != _MERGE]
        try:
            _once([(key.value, None) for key in keys if isinstance(key, yaml.ScalarNode)])
        except ValueError as twice:
            raise yaml.MarkedYAMLError(problem=str(twice), problem_mark=node.start_mark) from None
        return super().construct_mapping(node, deep)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"the key {key!r} stands twice")
        read[key] = value
    return read


def parse(text: str) -> Any:
    """Return what a text in JSON or YAML says; raises ValueError, in one line, if it is neither."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        no_json = problem
    try:
        return yaml.load(text, _Strict)  # noqa: S506 - a safe loader that refuses more
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
