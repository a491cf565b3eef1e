"""YAML 1.2 (core schema), read into the types of JSON and written so that YAML 1.1 reads the same."""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_VALUES = 500_000
"""Maximum number of values in a text. A repeated anchor counts with all that is in it."""

MAX_DEPTH = 100

MAX_DIGITS = 1000
"""Maximum number of characters of a whole number."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C if there is one. It takes a tenth of the time."""

_MERGE = "<<"
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BASES = {"0o": 8, "0x": 16}
_TEXT = ("!", "tag:yaml.org,2002:str")
_PLAIN_TAGS = (None, *_TEXT, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class NotAccepted(yaml.MarkedYAMLError):
    """The text is YAML, but not a value of JSON, or it is larger than a world may be."""


def read_yaml(text: str) -> Any:
    """Return a text in YAML, parsed. Keys are text, as written. Raise YAMLError or ValueError."""
    return _Document(yaml.parse(text, Loader=_Loader)).read()


class _Document:
    """Builds a value from the parser's events. An anchor is kept with its size and its height."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._used = 0
        self._anchors: dict[str, tuple[Any, int, int]] = {}

    def read(self) -> Any:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value, _ = self._node(next(self._events), 0)
        next(self._events)
        if not isinstance(after := next(self._events), yaml.StreamEndEvent):
            raise _wrong(after, "expected one document")
        return value

    def _node(self, event: Any, depth: int) -> tuple[Any, int]:
        """Return the value that begins with an event, and its height."""
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(event, depth)
        before = self._used
        self._spend(event, 1, depth)
        if event.tag not in _PLAIN_TAGS:
            raise _wrong(event, f"tag {event.tag[:80]!r} is not allowed in a world")
        value, height = self._built(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._used - before, height
        return value, height

    def _built(self, event: Any, depth: int) -> tuple[Any, int]:
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        return _scalar(event), 0

    def _repeated(self, event: Any, depth: int) -> tuple[Any, int]:
        if event.anchor not in self._anchors:
            raise _wrong(event, f"no anchor {event.anchor!r} ends before this alias")
        value, size, height = self._anchors[event.anchor]
        self._spend(event, size, depth + height)
        return value, height

    def _spend(self, event: Any, size: int, depth: int) -> None:
        self._used += size
        if self._used > MAX_VALUES:
            raise _wrong(event, f"more than {MAX_VALUES} values, counted with those that aliases repeat")
        if depth > MAX_DEPTH:
            raise _wrong(event, f"more than {MAX_DEPTH} levels")

    def _sequence(self, depth: int) -> tuple[list[Any], int]:
        values, height = [], 0
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value, below = self._node(event, depth + 1)
            values.append(value)
            height = max(height, below + 1)
        return values, height

    def _mapping(self, depth: int) -> tuple[dict[str, Any], int]:
        given: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        seen, height = set(), 0
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, merges = self._key(event)
            if (key, merges) in seen:
                raise _wrong(event, f"duplicate key {key!r}")
            seen.add((key, merges))
            value, below = self._node(start := next(self._events), depth + 1)
            height = max(height, below + 1)
            if merges:
                merged = _merged(start, value)
            else:
                given[key] = value
        return merged | given, height

    def _key(self, event: Any) -> tuple[str, bool]:
        """Return a key as it is written, and whether it merges mappings into this one."""
        self._spend(event, 1, 0)
        if isinstance(event, yaml.AliasEvent):
            key, _ = self._repeated(event, 0)
            if isinstance(key, str):
                return key, False
        if not isinstance(event, yaml.ScalarEvent) or event.tag not in _PLAIN_TAGS:
            raise _wrong(event, "expected text as a key")
        if event.anchor is not None:
            self._anchors[event.anchor] = event.value, 1, 0
        return event.value, event.value == _MERGE and event.implicit[0]


def _merged(event: Any, value: Any) -> dict[str, Any]:
    """Return the mapping of a merge key. Of several, the first that has a key counts."""
    mappings = value if isinstance(value, list) else [value]
    merged: dict[str, Any] = {}
    for mapping in reversed(mappings):
        if not isinstance(mapping, dict):
            raise _wrong(event, "expected a mapping, or a list of mappings, to merge")
        merged |= mapping
    return merged


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0] or event.tag in _TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise _wrong(event, too_long(text))
        return int(text, _BASES.get(text[:2], 10))
    if _NOT_FINITE.fullmatch(text):
        raise _wrong(event, f"{text} is not a finite number")
    if _FLOAT.fullmatch(text):
        if math.isinf(number := float(text)):
            raise _wrong(event, f"{text[:40]} is not a finite number")
        return number
    return text


def too_long(number: str) -> str:
    return f"{number[:40]}... has {len(number)} characters: expected a number of at most {MAX_DIGITS}"


def _wrong(event: Any, problem: str) -> NotAccepted:
    return NotAccepted(problem=problem, problem_mark=event.start_mark)


class _Dumper(yaml.SafeDumper):
    """Quotes text that a reader of YAML 1.1 or 1.2 takes for something else."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Put a text that has to be escaped in double quotes, as only they take escapes."""
    style = None if _prints(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("[yYnN]"), list("yYnN"))


def write_yaml(value: Any) -> str:
    """Return a value as YAML. A terminal can show it: what does not print is escaped."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text if _prints(text) else "".join(c if _prints(c) else f"\\U{ord(c):08X}" for c in text)


def _prints(text: str) -> bool:
    """Return whether a text has no characters but line ends and those that print."""
    return text.replace("\n", "").isprintable()
