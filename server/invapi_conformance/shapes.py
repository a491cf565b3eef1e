"""Shapes of values, without their content: types, keys, forms of strings."""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Shape: TypeAlias = "str | dict[str, Shape] | list[Shape]"
"""The shape of a JSON value: a word, an object of shapes, or the different shapes of a list's items."""

MANY = 3
"""Maximum number of different items shown of a list."""

_FORMS: tuple[tuple[str, str], ...] = (
    ("empty string", r""),
    ("string of digits", r"\d{1,20}"),
    ("string of 32 hex digits", r"[0-9a-f]{32}"),
    ("UUID", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("YYYY-MM-DD HH:MM:SS", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
    ("ISO 8601 time", r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"),
)
_KEYLIKE = re.compile(r"[a-z0-9]{20,64}")
_SIMPLE: dict[type, str] = {bool: "boolean", int: "number", float: "number", type(None): "null"}


def form_of(text: str) -> str:
    """Return the form of a string."""
    for words, form in _FORMS:
        if re.fullmatch(form, text, re.ASCII):
            return words
    return f"string of {len(text)} lowercase letters and digits" if _KEYLIKE.fullmatch(text) else "string"


def shape_of(value: Any) -> Shape:
    """Return the shape of a JSON value, as a JSON value."""
    if isinstance(value, str):
        return form_of(value)
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    if isinstance(value, list):
        return distinct(shape_of(item) for item in value)
    return _SIMPLE[type(value)]


def distinct(shapes: Iterable[T]) -> list[T | str]:
    """Return the first few different shapes."""
    found: list[T | str] = []
    for shape in shapes:
        if shape not in found:
            found.append(shape)
    return [*found[:MANY], f"and {len(found) - MANY} more"] if len(found) > MANY else found
