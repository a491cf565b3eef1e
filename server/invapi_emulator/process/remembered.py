"""A cache that is bounded in bytes too, for functions of what clients send."""

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar, TypeVarTuple

A = TypeVarTuple("A")
R = TypeVar("R")

LONGEST = 500
"""Maximum number of characters of the arguments that a result is kept for."""


class Remembered(Generic[*A, R]):
    """A pure function whose last results are kept, those for long arguments excepted."""

    def __init__(self, function: Callable[[*A], R], most: int) -> None:
        self._function = function
        self._kept = lru_cache(most)(function)
        self.forget = self._kept.cache_clear

    def __call__(self, *args: *A) -> R:
        return self._kept(*args) if len(repr(args)) <= LONGEST else self._function(*args)


def remembered(most: int) -> Callable[[Callable[[*A], R]], Remembered[*A, R]]:
    """Keep the last `most` results of a function."""
    return lambda function: Remembered(function, most)
