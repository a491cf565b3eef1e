"""Read and write worlds as text, in JSON or YAML."""

import json
from collections.abc import Hashable
from datetime import date
from typing import Any

import yaml

YAML_ENDINGS = (".yaml", ".yml")
_MERGE = "tag:yaml.org,2002:merge"
ENDINGS = (*YAML_ENDINGS, ".json")


class _Strict(yaml.SafeLoader):
    """A safe loader that refuses duplicate keys, as it would be unclear which one counts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the library's signature
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
            raise ValueError(f"duplicate key {key!r}")
        read[key] = value
    return read


def parse(text: str) -> Any:
    """Return a text in JSON or YAML, parsed; raise ValueError with one line if it is neither."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        json_error = problem
    try:
        return yaml.load(text, _Strict)  # noqa: S506 - a stricter safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        if text.lstrip().startswith(("{", "[")):
            raise ValueError(f"not valid JSON: {json_error}") from None
        raise ValueError(f"not valid YAML: {_in_one_line(problem)}") from None


def as_json(parsed: Any) -> Any:
    """Return parsed YAML in the types of JSON: timestamps become text.

    Raise ValueError if it has values that JSON has no type for.
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
    raise ValueError(f"values of type {type(value).__name__} are not allowed in a world")


def _in_one_line(problem: Exception) -> str:
    if isinstance(problem, yaml.MarkedYAMLError) and problem.problem_mark is not None:
        mark = problem.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {problem.problem}"
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
