"""Suggestions for words that are not known."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60
"""Maximum number of characters of a word that is compared. Names are shorter, and comparing long ones takes long."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return the end of a sentence, such as `; did you mean 'task_fails'?`, or nothing if no known word is like it."""
    if not isinstance(word, str) or len(word) > _LONGEST:
        return ""
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
