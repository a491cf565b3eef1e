"""The filter that scrambles an answer: it uses every freedom that the contract leaves.

Fields come in another order, with other fields between them. Lists without a promised order come in another order. Whole
numbers come as strings, unless a clause calls them numbers. Everything that the contract gives exactly stays.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import orjson

Draw: TypeAlias = Callable[..., float]
"""Returns a number in [0, 1) for the words."""

_UNORDERED = frozenset({"servers", "snapshots", "IP", "interfaces", "tags", "permissions"})
_STAY_NUMBERS = frozenset({
    "result", "code", "id", "servers", "customer_id", "user_id", "token_expire", "virtual", "main_ip", "IsMain", "account_id",
    "price_EUR", "invoice", "active", "cpu", "ram", "disk", "hdd", "cores", "bm", "vds", "gpu", "count", "currency_id", "web_plan",
    "main_plan", "limit_in", "limit_out", "rate_in", "rate_out", "bandwidth", "default", "internal", "component_id", "server_id",
})  # fmt: skip
"""Fields that a clause calls numbers (contract 2.2, 3.4, 5, 6, 9, 10, 11.2): the vendor's own client decodes nothing else."""

_MAPS = frozenset({"price", "billing_plan", "traffic_plans"})
"""Fields with names that are data, such as locations and currencies. Nothing is added to them (contract 9)."""

_EXACT = ("Not ready", "NO_APPROPRIATE_SERVERS")
_EXTRA: tuple[tuple[str, Any], ...] = (
    ("revision", 3),
    ("updated_at", None),
    ("node", {"name": "h-17"}),
    ("flags", []),
    ("x_trace", "c0ffee"),
)
_HALF = 0.5

_WAYS = 16
"""Number of ways in which the objects of a list are scrambled, in turn. A list may have thousands, and each draw costs."""

_Path: TypeAlias = tuple[str | int, ...]


def scrambled(body: bytes, draw: Draw) -> bytes:
    """Return the body of an answer scrambled. The same draws make the same body."""
    answer = orjson.loads(body)
    exact = answer.get("result") in _EXACT or answer.get("code") in _EXACT
    return orjson.dumps(_Scrambling(draw, is_exact=exact).of_object(answer, ()))


class _Scrambling:
    """The scrambling of one answer. Draws for a value depend on its path `where` only, and are made once."""

    def __init__(self, draw: Draw, *, is_exact: bool) -> None:
        self._draw = draw
        self._is_exact = is_exact
        self._as_strings = not is_exact and draw("numbers") < _HALF
        self._ways: dict[tuple[_Path, tuple[str, ...]], dict[str, Any]] = {}

    def of_object(self, found: dict[str, Any], where: _Path) -> dict[str, Any]:
        way = self._way(where, tuple(found))
        return {
            name: self._of(name, found[name], (*where, name)) if name in found else added
            for name, added in way.items()
        }

    def _way(self, where: _Path, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the names of an object's fields in the order to write them. One that it does not have comes with its value."""
        if (where, names) not in self._ways:
            all_names = dict.fromkeys(names) | self._added(where)
            order = sorted(all_names, key=lambda name: self._draw("order", *where, name))
            self._ways[where, names] = {name: all_names[name] for name in order}
        return self._ways[where, names]

    def _added(self, where: _Path) -> dict[str, Any]:
        """Return the field, if any, that is put between those of an object."""
        is_free = not self._is_exact and _MAPS.isdisjoint(where)
        if not is_free or self._draw("extra", *where) >= _HALF:
            return {}
        return dict([_EXTRA[int(self._draw("which", *where) * len(_EXTRA))]])

    def _of(self, name: str, value: Any, where: _Path) -> Any:
        if isinstance(value, dict):
            return self.of_object(value, where)
        if isinstance(value, list):
            return self._of_list(name, value, where)
        data = _object_in(value) if name == "scope" else None
        if data is not None:
            return orjson.dumps(self.of_object(data, where)).decode()
        return self._of_number(name, value)

    def _of_list(self, name: str, items: list[Any], where: _Path) -> list[Any]:
        if name not in _UNORDERED:
            return items
        changed = [
            self.of_object(item, (*where, place % _WAYS))
            if isinstance(item, dict)
            else self._of_number(name, item)
            for place, item in enumerate(items)
        ]
        places = sorted(range(len(changed)), key=lambda place: self._draw("order", *where, place))
        return [changed[place] for place in places]

    def _of_number(self, name: str, value: Any) -> Any:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if self._as_strings and is_whole and name not in _STAY_NUMBERS else value


def _object_in(scope: Any) -> dict[str, Any] | None:
    """Return the data that a scope holds as JSON, or None for a message."""
    if not (isinstance(scope, str) and scope.startswith("{")):
        return None
    with suppress(orjson.JSONDecodeError):
        data: dict[str, Any] = orjson.loads(scope)
        return data
    return None
