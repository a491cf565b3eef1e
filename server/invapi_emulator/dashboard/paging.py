"""A part of a long list, and where the parts beside it begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Some rows of a list of `total`, from number `start` on, counted from 0.

    `before` and `after` are the ids that the parts beside it begin with, or None. `last` is that of the last part.
    """

    rows: list[T]
    before: int | None
    after: int | None
    total: int
    start: int = 0
    last: int | None = None


def at_most(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the first texts, and how many more there are as the last one."""
    more = len(texts) - most
    return (*texts[:most], f"and {more:,} more") if more > 0 else tuple(texts)


def part_of_list(rows: Sequence[T], first: int, most: int) -> Part[T]:
    """Return at most `most` rows, from place `first` on. Places count from 1; 0 is the beginning too."""
    part = part_of(range(1, len(rows) + 1), first, most)
    return Part([rows[place - 1] for place in part.rows], part.before, part.after, part.total, part.start)


def part_of(ids: Sequence[int], first: int, most: int, *, newest_first: bool = False) -> Part[int]:
    """Return at most `most` ids of an ascending sequence, from `first` or the next one. 0 is the beginning."""
    ordered = ids[::-1] if newest_first else ids
    reached = (place for place, id_ in enumerate(ordered) if (id_ <= first if newest_first else id_ >= first))
    start = next(reached, 0) if first else 0
    end = start + most
    return Part(
        rows=list(ordered[start:end]),
        before=ordered[max(start - most, 0)] if start else None,
        after=ordered[end] if end < len(ordered) else None,
        total=len(ordered),
        start=start,
        last=ordered[(len(ordered) - 1) // most * most] if ordered else None,
    )
