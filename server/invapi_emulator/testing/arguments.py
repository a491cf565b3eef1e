"""The arguments of an account, as a marker or a call hands them in: they must be sendable as JSON."""

from collections.abc import Mapping
from json import dumps
from typing import Any


def options_of(assume: Any) -> Mapping[str, Any]:
    """Return options of assumptions; raise TypeError unless they are a mapping or None."""
    __tracebackhide__ = True
    if assume is None:
        return {}
    if not isinstance(assume, Mapping):
        raise TypeError(f'assume: {assume!r}: expected a mapping such as {{"A-12": "no"}}')
    return assume


def sendable_value(name: str, value: Any) -> Any:
    """Return a value; raise TypeError, which names the argument, unless JSON can say it."""
    __tracebackhide__ = True
    try:
        dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise TypeError(
            f"{name}: {value!r:.200}: expected a value of JSON, such as text or a number"
        ) from None
    return value
