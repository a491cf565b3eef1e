"""Words that look like a generated token, API key or password: 32 hexadecimal digits, found in time in proportion to the text."""

import re
from collections.abc import Collection, Iterator
from functools import partial

from invapi_emulator.process.percent import decodings, masked_at_each_level
from invapi_emulator.process.secret_words import MASK

_LENGTH = 32
_LONGEST_ESCAPE = 8
"""Maximum number of hexadecimal digits of an escape, as of `\\U0001f600`, which may stand before a generated word."""

LONGEST_GENERATED = 2 * (_LENGTH + _LONGEST_ESCAPE)
"""Number of characters after which it is sure whether a generated word has begun."""

_LONGEST_RUN = 4 * _LENGTH
"""Maximum number of digits in a row among which words are looked for: more than the two or three that somebody puts one after another."""

_IS_GENERATED = re.compile(rf"[0-9a-f]{{{_LENGTH}}}")
_AS_RUNS = bytes(ord("x") if byte in b"0123456789abcdef" else ord(" ") for byte in range(256))
_RUN_OF_MARKS = b"x" * _LENGTH


def looks_generated(word: str) -> bool:
    return _IS_GENERATED.fullmatch(word) is not None


def may_have_generated(text: str) -> bool:
    """Return whether a text has as many hexadecimal digits in a row, or its percent escapes may hide them."""
    return "%" in text or _has_run(text)


def _has_run(text: str) -> bool:
    return any(True for _ in _runs(_encoded(text)))


def generated_in(text: str) -> set[str]:
    """Return all in a text that looks like a generated token, API key or password.

    Such a word may stand behind an escape, whose digits make it longer, before a digit, or next to another one.
    """
    return {word for form in decodings(text) for word in _words_in_runs(form)}


def _words_in_runs(text: str) -> Iterator[str]:
    encoded = _encoded(text)
    for begin, end in _runs(encoded):
        if end - begin <= _LONGEST_RUN:
            for at in range(begin, end - _LENGTH + 1, _LENGTH):
                yield encoded[at : at + _LENGTH].decode()
            for at in range(end - _LENGTH, begin, -_LENGTH):
                yield encoded[at : at + _LENGTH].decode()


def _runs(encoded: bytes) -> Iterator[tuple[int, int]]:
    """Yield where runs of hexadecimal digits begin and end that are as long as a generated word.

    An expression takes several times as long for text that is hexadecimal, as digests are.
    """
    if len(encoded) < _LENGTH:
        return
    marks = encoded.translate(_AS_RUNS) + b" "
    begin = marks.find(_RUN_OF_MARKS)
    while begin >= 0:
        end = marks.find(b" ", begin)
        yield begin, end
        begin = marks.find(_RUN_OF_MARKS, end)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def without_generated(text: str) -> str:
    """Mask everything that looks so."""
    if not may_have_generated(text):
        return text
    return masked_at_each_level(partial(without, generated_in(text)), text)


def without(words: Collection[str], text: str) -> str:
    """Mask words that look generated."""
    if not words:
        return text
    shown, seen, encoded = list[bytes](), 0, _encoded(text)
    for begin, end in _runs(encoded):
        run = encoded[begin:end].decode()
        shown += [encoded[seen:begin], _run_without(run, words).encode()]
        seen = end
    return b"".join([*shown, encoded[seen:]]).decode(errors="surrogatepass") if shown else text


def _run_without(run: str, words: Collection[str]) -> str:
    shown, seen = [], 0
    places = range(len(run) - _LENGTH + 1)
    for at in [at for at in places if run[at : at + _LENGTH] in words]:
        if at >= seen:
            shown += [run[seen:at], MASK]
            seen = at + _LENGTH
    return "".join([*shown, run[seen:]])
