"""Arrays in the names of fields: `name[]`, `name[0]`, `name[word]`, as PHP reads them (contract 1.3).

Outside of their brackets names stay as they were sent: PHP would write `_` for a dot in one.
"""

import re
from collections.abc import Collection, Iterable

from invapi_emulator.engine.call import MAX_INDEX, Fields, Value, is_index

_MAX_DEPTH = 10
_ARRAY = re.compile(rf"([^\[]+)((?:\[[^\]]*\]){{1,{_MAX_DEPTH}}}).*", re.DOTALL)
_INDEX = re.compile(r"\[([^\]]*)\]")
_NO_INDEX = frozenset(("", " ", "\t", "\n", "\v", "\f", "\r"))


class _Items(dict[str, "str | _Items"]):
    """An array under construction. `following` is the index of the next item that is sent without one."""

    following = 0


def collected(pairs: Collection[tuple[str, str]]) -> Fields:
    """Collect pairs of name and value. The last of a scalar counts.

    An array whose indexes are numbers is a tuple of its values, in the order they came in. An array with a name among its
    indexes is a dict, whose numbers are then names too.
    """
    for name, _ in pairs:
        if "[" in name:
            return _with_arrays(pairs)
    return dict(pairs)


def _with_arrays(pairs: Iterable[tuple[str, str]]) -> Fields:
    fields = _Items()
    for name, value in pairs:
        array = _ARRAY.fullmatch(name) if "[" in name else None
        if array is None:
            fields[name] = value
        else:
            _put(fields, array[1], _INDEX.findall(array[2]), value)
    return {name: _as_value(value) for name, value in fields.items()}


def _put(items: _Items, name: str, indexes: list[str], value: str) -> None:
    """Put a value at the place that its indexes give, array in array."""
    for index in indexes:
        inner = items.get(name)
        if not isinstance(inner, _Items):
            inner = items[name] = _Items()
        items, name = inner, index
        if index in _NO_INDEX:
            if inner.following > MAX_INDEX:  # PHP drops the value
                return
            name = str(inner.following)
        if is_index(name):
            inner.following = max(inner.following, int(name) + 1)
    items[name] = value


def _as_value(value: str | _Items) -> Value:
    if isinstance(value, str):
        return value
    if all(map(is_index, value)):
        return tuple(_as_value(item) for item in value.values())
    return {name: _as_value(item) for name, item in value.items()}
