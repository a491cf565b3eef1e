"""Read and write worlds as text, in JSON or YAML."""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

import yaml

from invapi_emulator.json_escapes import escaped_json
from invapi_emulator.worlds.yaml_text import MAX_DIGITS, NotAccepted, read_yaml, too_long, write_yaml

YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (*YAML_ENDINGS, ".json")


def parse(text: str) -> Any:
    """Return a text in JSON or YAML, parsed; raise ValueError with one line if it is neither."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_not_finite,
            parse_float=_finite,
            parse_int=_whole_in(text),
        )
    except RecursionError:
        json_error = "too many levels of arrays and objects"
    except json.JSONDecodeError as problem:
        json_error = str(problem)
    except ValueError as problem:
        raise ValueError(f"not valid JSON: {problem}") from None
    try:
        return read_yaml(text)
    except NotAccepted as problem:
        raise ValueError(f"not valid YAML: {_in_one_line(problem)}") from None
    except (yaml.YAMLError, ValueError) as problem:
        if text.lstrip().startswith(("{", "[")):
            raise ValueError(f"not valid JSON: {json_error}") from None
        raise ValueError(f"not valid YAML: {_in_one_line(problem)}") from None


def written(world: Any, *, as_yaml: bool) -> str:
    """Return a world as text. A terminal can show it: what does not print is escaped."""
    return (
        write_yaml(world) if as_yaml else f"{escaped_json(json.dumps(world, indent=2, ensure_ascii=False))}\n"
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"duplicate key {key!r}")
        read[key] = value
    return read


def _whole_in(text: str) -> Callable[[str], int]:
    """Return the reader of whole numbers. JSON does not tell it where they stand."""

    def whole(number: str) -> int:
        if len(number) > MAX_DIGITS:
            found = json.JSONDecodeError(too_long(number), text, text.find(number))
            raise ValueError(f"line {found.lineno}, column {found.colno}: {found.msg}")
        return int(number)

    return whole


def _finite(text: str) -> float:
    return number if math.isfinite(number := float(text)) else _not_finite(text)


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not a finite number")


def _in_one_line(problem: Exception) -> str:
    if isinstance(problem, yaml.MarkedYAMLError) and problem.problem_mark is not None:
        mark = problem.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {problem.problem}"
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
