"""A model of PHP's `parse_str`, written after `php_register_variable_ex` of php-src, for arrays in names of fields.

It differs from `api/brackets` on purpose: it walks the name character by character, and keeps an array as a list of pairs.
"""

from dataclasses import dataclass, field
from typing import Any

_SPACES = " \t\n\v\f\r"
_DEEPEST = 10


@dataclass
class PhpArray:
    """An array as PHP has it: pairs in the order in which their keys came first. Keys are int or str."""

    pairs: list[list[Any]] = field(default_factory=list)

    def put(self, key: int | str, value: Any) -> None:
        for pair in self.pairs:
            if pair[0] == key and type(pair[0]) is type(key):
                pair[1] = value
                return
        self.pairs.append([key, value])

    def get(self, key: int | str) -> Any:
        return next((value for name, value in self.pairs if name == key and type(name) is type(key)), None)

    def next_key(self) -> int | None:
        """Return the key of an item that is appended, None if PHP has no such integer."""
        following = max((key for key, _ in self.pairs if isinstance(key, int)), default=-1) + 1
        return None if following >= 2**63 else max(following, 0)


def parsed(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what PHP makes of these decoded pairs: texts, lists for arrays with integer keys only, else dicts."""
    everything = PhpArray()
    for name, value in pairs:
        base, keys = _split(name)
        _register(everything, base, keys, value)
    return {str(name): _plain(value) for name, value in everything.pairs}


def _split(name: str) -> tuple[str, list[str | None]]:
    """Return what stands before the brackets, and the keys in them; None for an empty pair of brackets."""
    start = name.find("[")
    if start < 1:
        return name, []
    keys: list[str | None] = []
    at = start
    while at < len(name) and name[at] == "[" and len(keys) < _DEEPEST:
        inside = at + 1
        ends = inside + 1 if name[inside : inside + 1] and name[inside] in _SPACES else inside
        if name[ends : ends + 1] == "]":
            keys.append(None)
        else:
            ends = name.find("]", inside)
            if ends < 0:
                break
            keys.append(name[inside:ends])
        at = ends + 1
    return (name[:start], keys) if keys else (name, [])


def _register(array: PhpArray, base: str, keys: list[str | None], value: str) -> None:
    key: int | str = base
    for following in keys:
        inner = array.get(key)
        if not isinstance(inner, PhpArray):
            inner = PhpArray()
            array.put(key, inner)
        array = inner
        found = array.next_key() if following is None else _key(following)
        if found is None:
            return
        key = found
    array.put(key, value)


def _key(text: str) -> int | str:
    """Return an integer for a text that is written as PHP writes one."""
    try:
        number = int(text) if text.isascii() else None
    except ValueError:
        return text
    fits = number is not None and str(number) == text and -(2**63) <= number < 2**63
    return number if number is not None and fits else text


def _plain(value: Any) -> Any:
    if not isinstance(value, PhpArray):
        return value
    if all(isinstance(key, int) for key, _ in value.pairs):
        return [_plain(item) for _, item in value.pairs]
    return {str(key): _plain(item) for key, item in value.pairs}
