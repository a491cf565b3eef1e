"""Work in steps, so that other work can go on in between."""

from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
U = TypeVar("U")

Steps: TypeAlias = Generator[None, None, T]
"""Work in steps, each a few milliseconds long. Its result is what the generator returns."""

AT_A_TIME = 100
"""Number of items in a step, if each has a few values."""

VALUES_AT_A_TIME = 2_000
"""Number of values in a step, if an item may have thousands."""

_OF_ITEM = VALUES_AT_A_TIME // AT_A_TIME


class Meter:
    """Counts what a step has done. A step may end when it is full."""

    def __init__(self, most: int = VALUES_AT_A_TIME) -> None:
        self._most = most
        self._done = 0

    def is_full(self, done: int) -> bool:
        """Count what was just done. Return whether the step is full, and begin the next one if so."""
        self._done += done
        if self._done < self._most:
            return False
        self._done = 0
        return True


def values_in(item: Any) -> int:
    """Return how many values an item of parsed JSON has. The item itself counts as some, as it has values that are omitted."""
    count, open_ = _OF_ITEM, [item]
    while open_:
        value = open_.pop()
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        count += len(inside)
        open_ += [each for each in inside if isinstance(each, dict | list)]
    return count


def each(items: Iterable[T], work: Callable[[T], U]) -> Steps[tuple[U, ...]]:
    """Return what the work returns for each item, in steps."""
    done: list[U] = []
    for item in items:
        done.append(work(item))
        if len(done) % AT_A_TIME == 0:
            yield
    return tuple(done)


def taken(steps: Steps[T]) -> T | None:
    """Take a step. Return the result, which is never None, if it was the last one."""
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    return None


def at_once(steps: Steps[T]) -> T:
    """Take all steps, one after the other."""
    while (result := taken(steps)) is None:
        pass
    return result
