"""Whole numbers in words: in paths, queries and options. There is one way to write each."""

import re

MAX_NUMBER = 2**53
"""Largest counter and id of a world. Every JSON reader keeps it exact, and it leaves room for counting further."""

MOST = 2**63 - 1
"""The largest number that a database keeps."""

_DIGITS = re.compile(r"0|[1-9][0-9]{0,39}")


def whole_number(words: object) -> int:
    """Return the number; raise ValueError for other words. A number is taken as it is."""
    if isinstance(words, int) and not isinstance(words, bool):
        return words
    if not isinstance(words, str) or not _DIGITS.fullmatch(words):
        raise ValueError(
            "expected a whole number: up to 40 digits without sign, point, space or leading zeros"
        )
    return int(words)
