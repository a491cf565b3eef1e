"""What is masked in journal, log and events wherever it stands: words that may be tokens, and what the text says to be a secret.

All of it takes time in proportion to the text, however many words there are.
"""

import json
import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from invapi_emulator.process.generated_words import LONGEST_GENERATED, looks_generated, without
from invapi_emulator.process.percent import decodings, masked_at_each_level
from invapi_emulator.process.remembered import remembered
from invapi_emulator.process.secret_words import CUT, MASK, SHORTEST
from invapi_emulator.process.telling_texts import without_told

_IN_JSON: tuple[Callable[[str], str], ...] = (json.dumps, partial(json.dumps, ensure_ascii=False))

_LONGEST_PART = 1_000
"""Maximum number of characters that a message shows of a word whose end it cuts, with all escapes."""

_LONGEST_WORD = 5_000
"""Maximum number of characters of a secret that are compared. Nothing shows as many of a text."""

_CUT_ESCAPE = re.compile(r"(?:%[0-9a-fA-F]?|\ufffd){1,8}\Z")
"""What is left of an escape that is cut, decoded or not."""

_HAS_ONE_FORM = re.compile(r"[!#-&(-.0-\[\]-~]*")
"""Matches words of printable ASCII without spaces, quotes, slashes and backslashes."""


class SecretWords(NamedTuple):
    """Words to mask. Of those that look generated there may be many, of the `others` a few, each in all forms that text gives it.

    `begun` are the beginnings of long ones: what follows one in a text may be the rest of it. What the text itself says to
    be a secret is masked too.
    """

    generated: AbstractSet[str]
    others: tuple[str, ...]
    begun: tuple[str, ...] = ()

    @staticmethod
    def of(words: Iterable[str]) -> "SecretWords":
        long = [word for word in dict.fromkeys(words) if len(word) >= SHORTEST]
        others = [word for word in long if not looks_generated(word)]
        whole = _forms(word for word in others if len(word) <= _LONGEST_WORD)
        begun = _forms(word[:_LONGEST_WORD] for word in others if len(word) > _LONGEST_WORD)
        return SecretWords(frozenset(long).difference(others), whole, begun)

    @property
    def longest(self) -> int:
        """The number of characters after which it is sure whether one of the words has begun."""
        return max(map(len, (*self.others, *self.begun)), default=0) + LONGEST_GENERATED

    def occur_in(self, text: str) -> bool:
        """Return whether a text has one of the words. Percent escapes are not decoded."""
        words = (*self.others, *self.begun)
        return any(word in text for word in words) or without(self.generated, text) != text

    def masked(self, text: str) -> str:
        """Return a text without the words, wherever they stand in it. One with a word behind percent escapes is decoded."""
        if len(text) < SHORTEST:
            return text
        return masked_at_each_level(self._masked, text)

    def _masked(self, text: str) -> str:
        for word in self.others:
            text = text.replace(word, MASK)
        for word in self.begun:
            before, found, _ = text.partition(word)
            text = before + MASK if found else before
        return without(self.generated, without_told(text))

    def parted_masked(self, text: str) -> str:
        """Return a text without the beginnings of words that stand where it says that something is cut."""
        parts = text.split(CUT)
        for place, part in enumerate(parts[:-1]):
            parts[place] = self._without_beginning(part)
        return CUT.join(parts)

    def _without_beginning(self, part: str) -> str:
        """Return a text without the beginning of a word at its end, where percent escapes, the last also cut, may hide it."""
        words = (*self.others, *self.begun, *self.generated)
        for form in decodings(part):
            whole = _CUT_ESCAPE.sub("", form)
            if length := max(map(partial(_length_at_end, whole), words), default=0):
                return whole[:-length] + MASK
        return part


def masked_beginning(masked: Callable[[str], str], text: str, most: int, longest: int) -> str:
    """Return the first characters of a text masked, without the rest of a secret that the cut would part.

    `longest` is the number of characters after which it is sure whether a secret has begun.
    """
    if len(text) <= most:
        return masked(text)
    one, other = masked(text[:most]), masked(text[: most + longest])
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one[:same]


def _length_at_end(text: str, word: str) -> int:
    """Return how many of the first characters of a word a text ends with, 0 if these are few."""
    if word[:SHORTEST] not in text:
        return 0
    lengths = range(min(len(word) - 1, len(text), _LONGEST_PART), SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(word[:length])), 0)


def _forms(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in all their forms, the longest first."""
    forms = dict.fromkeys(form for word in words for form in forms_of(word))
    return tuple(sorted(forms, key=len, reverse=True))


@remembered(1_000)
def forms_of(word: str) -> tuple[str, ...]:
    """Return a word in all forms that text gives it: with `+` for spaces, and as messages and JSON quote it.

    A message may quote JSON, in which PHP escapes slashes, and is itself JSON, also within JSON.
    """
    if _HAS_ONE_FORM.fullmatch(word):
        return (word,)
    forms = {word, word.replace(" ", "+")}
    forms |= {written for form in forms for written in _in_json(form, slash=r"\/")}
    forms |= {quoted for form in forms for quoted in _as_quoted(form)}
    for _ in range(2):
        forms |= {written for form in forms for written in _in_json(form)}
    return tuple(forms)


def _in_json(word: str, slash: str = "/") -> set[str]:
    written = {dumps(word)[1:-1] for dumps in _IN_JSON}
    return written | {form.replace("/", slash) for form in written}


def _as_quoted(word: str) -> tuple[str, str]:
    quoted = word.encode("unicode_escape").decode()
    return quoted, quoted.replace("'", r"\'")
