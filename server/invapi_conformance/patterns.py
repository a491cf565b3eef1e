"""Expected values: literals, forms, keys. Additional keys are allowed, except in an exact pattern."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from invapi_conformance.answers import shortened
from invapi_conformance.shapes import distinct, form_of, shape_of

KEY_LENGTH = 32
MISSING = "(missing)"


@dataclass(frozen=True, slots=True)
class Like:
    """A value of a kind. The value of a `plain` one may be shown."""

    words: str
    fits: Callable[[Any], bool]
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Exactly:
    """These keys and no others."""

    keys: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JsonText:
    """A string that contains JSON."""

    of: Any
    words: ClassVar[str] = "JSON string of"


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with values of one form, whatever its keys are. It may be empty."""

    of: Any
    words: ClassVar[str] = "each value"


def _form(words: str) -> Like:
    return Like(words, lambda value: isinstance(value, str) and form_of(value) == words)


def one_of(*values: Any) -> Like:
    words = " or ".join(json.dumps(value) for value in values)
    return Like(words, lambda value: value in values and not isinstance(value, bool), plain=True)


def says(part: str) -> Like:
    """Return a pattern for text that contains this, in any case."""
    return Like(
        f'text with "{part}"',
        lambda value: isinstance(value, str) and part.lower() in value.lower(),
        plain=True,
    )


def numeric(value: int) -> Like:
    """Return a pattern for a number, which may be written as a string."""
    return Like(f"{value}", lambda seen: str(seen) == str(value), plain=True)


def _is_key(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) == KEY_LENGTH
        and value.isascii()
        and value.isalnum()
        and value.islower()
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


ANYTHING = Like("anything", lambda _: True)
STRING = Like("string", lambda value: isinstance(value, str))
TEXT = Like("string that is not empty", lambda value: isinstance(value, str) and value != "")
STRING_OR_NULL = Like("string or null", lambda value: value is None or isinstance(value, str))
NUMBER = Like("number", _is_number)
COUNT = Like(
    "number, or string of digits",
    lambda value: (
        _is_number(value)
        or (isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII) is not None)
    ),
)
LIST = Like("list", lambda value: isinstance(value, list))
OBJECT = Like("object", lambda value: isinstance(value, dict))
PHP_MAP = Like("object, or an empty list", lambda value: value == [] or isinstance(value, dict))
KEY = Like(
    "string of 32 lowercase letters and digits",
    lambda value: _is_key(value) or form_of(str(value)) == "string of 32 hex digits",
)
MONEY = Like(
    "text with two decimal places",
    lambda value: isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value, re.ASCII) is not None,
)
DAY = Like(
    "YYYY-MM-DD",
    lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is not None,
)
TOKEN = _form("string of 32 hex digits")
UUID = _form("UUID")
WIRE_DATE = _form("YYYY-MM-DD HH:MM:SS")
ISO = _form("ISO 8601 time")


def fits(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, Like):
        return pattern.fits(value)
    if isinstance(pattern, JsonText):
        parsed = _parsed(value)
        return parsed is not None and fits(pattern.of, parsed)
    if isinstance(pattern, Exactly):
        return isinstance(value, dict) and value.keys() == pattern.keys.keys() and fits(pattern.keys, value)
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and fits(wanted, value[name]) for name, wanted in pattern.items()
        )
    if isinstance(pattern, list | MapOf):
        of, items = _each(pattern, value)
        return items is not None and all(fits(of, item) for item in items)
    return bool(pattern == value and type(pattern) is type(value))


def _each(pattern: list[Any] | MapOf, value: Any) -> tuple[Any, list[Any] | None]:
    """Return the form of each item and the items, None if there can be none."""
    if isinstance(pattern, MapOf):
        return pattern.of, list(value.values()) if isinstance(value, dict) else None
    return pattern[0], value if isinstance(value, list) else None


def expected(pattern: Any) -> Any:
    """Return the expected shape, as JSON."""
    if isinstance(pattern, Like):
        return pattern.words
    if isinstance(pattern, JsonText | MapOf):
        return {pattern.words: expected(pattern.of)}
    if isinstance(pattern, Exactly):
        return expected(pattern.keys)
    if isinstance(pattern, dict):
        return {name: expected(wanted) for name, wanted in pattern.items()}
    if isinstance(pattern, list):
        return [expected(pattern[0])]
    return pattern


def seen(pattern: Any, value: Any) -> Any:
    """Return the shape of a value next to the expected one, without other keys, but with literal values."""
    if isinstance(pattern, JsonText) and (parsed := _parsed(value)) is not None:
        return {pattern.words: seen(pattern.of, parsed)}
    if isinstance(pattern, MapOf) and isinstance(value, dict):
        pattern, value = [pattern.of], list(value.values())
    if isinstance(pattern, Exactly) and isinstance(value, dict):
        return seen(pattern.keys, value) | {
            name: shape_of(item) for name, item in value.items() if name not in pattern.keys
        }
    if isinstance(pattern, dict) and isinstance(value, dict):
        return {
            name: seen(wanted, value[name]) if name in value else MISSING for name, wanted in pattern.items()
        }
    if isinstance(pattern, list) and isinstance(value, list):
        wrong_first = sorted(value, key=lambda item: fits(pattern[0], item))
        return distinct(seen(pattern[0], item) for item in wrong_first)
    if isinstance(pattern, str | int) or (isinstance(pattern, Like) and pattern.plain):
        return _plainly(value)
    return shape_of(value)


def _plainly(value: Any) -> Any:
    if isinstance(value, str):
        return shortened(value)
    return shape_of(value) if isinstance(value, list | dict) else value


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
