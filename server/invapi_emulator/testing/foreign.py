"""Tell the answers of an emulator from those of whatever else listens at a URL."""

from json import JSONDecoder
from typing import Any, NoReturn, TypeAlias

from invapi_emulator.process.http_names import without_user
from invapi_emulator.testing.failure import Json
from invapi_emulator.whole_answers import is_too_deep

Shape: TypeAlias = Any
"""A type, a list of one shape, or a mapping of the fields that are read to their shapes."""

_SHOWN = 200
"""Maximum number of bytes of a foreign answer in an error."""


class NotAnEmulator(ConnectionError):
    """What answers is something else."""

    def __init__(self, url: str, said: str) -> None:
        super().__init__(f"what answers at {without_user(url)} is not an invapi-emulator: {said}")


def read_answer(url: str, status: int, content: bytes, shape: Shape) -> Json:
    """Return an answer of the control API, an object of this shape; raise NotAnEmulator for another."""
    __tracebackhide__ = True
    try:
        answer = _decode(content.decode()) if content else {}
        is_ours = isinstance(answer, dict) and fits(answer, shape) and not is_too_deep(answer)
    except (ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise NotAnEmulator(url, f"{status}, {content[:_SHOWN].decode(errors='replace')!r}")
    found: Json = answer
    return found


def fits(value: Any, shape: Shape) -> bool:
    """Return whether a value has a shape. Text with a half of a surrogate pair, which no emulator sends, has none."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(fits(value.get(name), inner) for name, inner in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    return isinstance(value, shape) and (not isinstance(value, str) or _is_text(value))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"JSON has no {text}")


_decode = JSONDecoder(parse_constant=_no_number).decode
"""Bound here: a test may replace `json.loads`."""
