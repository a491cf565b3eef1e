"""Parse and write JSON in steps, so that other work can go on in between.

Values and refusals are those of `json.loads`, but a name stands once in an object. Objects may have iterators, which are
written as arrays.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from invapi_emulator.worlds.errors import shortened
from invapi_emulator.worlds.steps import Steps

SMALL = 4096
"""Number of characters that an array or object may have to be parsed at once. Of a larger one, each item is."""

_AT_A_TIME = 100
"""Number of items, or of openings of larger arrays and objects, in a step."""

_MOST_DEPTH = 100
"""Number of levels of large arrays and objects. A world has five, with the forms in it at most 40."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of these pairs; raise JSONDecodeError if it has a name twice. `_Parser` then tells where."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise json.JSONDecodeError("duplicate key", "", 0)
    return found


_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder(object_pairs_hook=_once).raw_decode
_SPACE = re.compile(r"[ \t\n\r]*+")
_NEW: Mapping[str, type[list[Any] | dict[str, Any]]] = {"[": list, "{": dict}


def parsing(body: bytes, small: int = SMALL) -> Steps[tuple[Any]]:
    """Return the value, alone in a tuple; raise what `json.loads` raises, and JSONDecodeError for a name that stands twice."""
    parser = _Parser(body.decode(json.detect_encoding(body), "surrogatepass"), small)
    count = 0
    while parser.take():
        count += 1
        if count % _AT_A_TIME == 0:
            yield
    return (parser.value,)


def writing(value: Any) -> Steps[bytes]:
    """Return JSON in UTF-8, without spaces."""
    pieces = []
    for piece in _pieces(value):
        pieces.append(piece)
        if len(pieces) % _AT_A_TIME == 0:
            yield
    return "".join(pieces).encode()


def _pieces(value: Any) -> Iterator[str]:
    """Yield JSON. Each item of an iterator is a piece or more."""
    if isinstance(value, Iterator):
        yield from _array(value)
    elif _has_iterators(value):
        yield from _object(value)
    else:
        yield _written(value)


def _has_iterators(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(item, Iterator) for item in value.values())


def _array(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield before
        yield from _pieces(item)
        before = ","
    yield "[]" if before == "[" else "]"


def _object(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield an object. What stands between its iterators is written at once, which is many times as fast as one by one."""
    before, at_once = "{", dict[str, Any]()
    for name, item in value.items():
        if not isinstance(item, Iterator) and not _has_iterators(item):
            at_once[name] = item
            continue
        yield f"{before}{_inner(at_once)}{',' if at_once else ''}{_written(name)}:"
        yield from _pieces(item)
        before, at_once = ",", {}
    yield f",{_inner(at_once)}}}" if at_once else "}"


def _inner(value: dict[str, Any]) -> str:
    """Return an object without its braces."""
    return _written(value)[1:-1]


class _Parser:
    """A place in a text, and the arrays and objects that are open there, outermost first, with the names under way."""

    def __init__(self, text: str, small: int) -> None:
        self.value: Any = None
        self._text = text
        self._small = small
        self._place = 0
        self._open: list[Any] = []
        self._names: list[str] = []
        self._skip_space()

    def take(self) -> bool:
        """Take the next value, or open a large array or object. Return whether there is more."""
        value, is_whole = self._read()
        if is_whole:
            self._add(value)
        else:
            self._open.append(value)
            self._names.append("")
            self._skip_space(1)
            if self._next() != _end_of(value):
                self._begin_item()
                return True
        return self._goes_on()

    def _read(self) -> tuple[Any, bool]:
        """Return the next value and true, or a new array or object that is to be filled and false."""
        opening = self._next()
        if opening not in _NEW:
            return self._scanned(self._text, self._place), True
        try:
            return self._scanned(self._text[self._place : self._place + self._small], 0), True
        except (json.JSONDecodeError, RecursionError):
            if len(self._open) >= _MOST_DEPTH:
                raise self._mistake(f"more than {_MOST_DEPTH} levels of arrays and objects") from None
            return _NEW[opening](), False

    def _scanned(self, text: str, place: int) -> Any:
        try:
            value, end = _decode(text, place)
        except json.JSONDecodeError:
            raise
        except ValueError:  # Python reads no longer integer
            raise self._mistake(f"an integer of more than {sys.get_int_max_str_digits():,} digits") from None
        self._place += end - place
        return value

    def _add(self, value: Any) -> None:
        """Add a value to the innermost array or object. It is the result if none is open."""
        if not self._open:
            self.value = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        else:
            self._open[-1][self._names[-1]] = value

    def _goes_on(self) -> bool:
        """Go to the next item, out of what ends here. Return false at the end of the text."""
        self._skip_space()
        while self._open:
            if self._next() == ",":
                self._skip_space(1)
                self._begin_item()
                return True
            if self._next() != _end_of(self._open[-1]):
                raise self._mistake("Expecting ',' delimiter")
            self._names.pop()
            self._add_closed()
        if self._place < len(self._text):
            raise self._mistake("Extra data")
        return False

    def _add_closed(self) -> None:
        value = self._open.pop()
        self._skip_space(1)
        self._add(value)

    def _begin_item(self) -> None:
        """Read the name of the next item, if it has one."""
        if isinstance(self._open[-1], list):
            return
        if self._next() != '"':
            raise self._mistake("Expecting property name enclosed in double quotes")
        self._names[-1] = name = self._scanned(self._text, self._place)
        if name in self._open[-1]:
            raise self._mistake(f"duplicate key {shortened(name)}")
        self._skip_space()
        if self._next() != ":":
            raise self._mistake("Expecting ':' delimiter")
        self._skip_space(1)

    def _next(self) -> str:
        return self._text[self._place : self._place + 1]

    def _skip_space(self, characters: int = 0) -> None:
        """Go on by so many characters, and then to the next that is no white space."""
        found = _SPACE.match(self._text, self._place + characters)
        assert found is not None
        self._place = found.end()

    def _mistake(self, what: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(what, self._text, self._place)


def _end_of(container: Any) -> str:
    return "]" if isinstance(container, list) else "}"
