"""Whole numbers in words: in paths, queries and options. There is one way to write each."""

import re

MAX_NUMBER = 2**53
"""Largest counter and id of a world. Every JSON reader keeps it exact."""

MOST_COUNTED = 10**15
"""Largest counter of orders and invoices. Their numbers are larger by some thousands, and stay below MAX_NUMBER."""

MOST_RULES_MADE = 2**31 - 1
"""Largest number of a fault rule: a column of 32 bits keeps it."""

MOST = 2**63 - 1
"""The largest number that a database keeps."""

_DIGITS = re.compile(r"0|[1-9][0-9]{0,39}")


def counted_on(count: int, by: int = 1, most: int = MAX_NUMBER) -> int:
    """Return a count after some more. At the maximum it stays: an import refuses a larger one."""
    return min(count + by, most)


def is_more(digits: bytes, most: int) -> bool:
    """Return whether these are the digits of a number above `most`, however many there are."""
    return digits.isdigit() and (len(digits.lstrip(b"0")) > len(str(most)) or int(digits) > most)


def whole_number(words: object) -> int:
    """Return the number; raise ValueError for other words. A number is taken as it is."""
    if isinstance(words, int) and not isinstance(words, bool):
        return words
    if not isinstance(words, str) or not _DIGITS.fullmatch(words):
        raise ValueError(
            "expected a whole number: up to 40 digits without sign, point, space or leading zeros"
        )
    return int(words)
