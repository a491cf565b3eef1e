"""Work in steps, so that other work can go on in between."""

from collections.abc import Callable, Generator, Iterable
from typing import TypeAlias, TypeVar

T = TypeVar("T")
U = TypeVar("U")

Steps: TypeAlias = Generator[None, None, T]
"""Work in steps, each a few milliseconds long. Its result is what the generator returns."""

AT_A_TIME = 100


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
