"""When a server's rent falls due: each period on the day it began."""

from calendar import monthrange
from datetime import MAXYEAR
from functools import lru_cache

from invapi_emulator.domain.instants import DAY, LATEST, Instant, from_datetime, to_datetime

_MONTHS = 12
_REMEMBERED = 10_000
"""A list has the due dates of all servers, so they are cached."""


def next_anniversary(since: Instant, now: Instant, every: int = 1) -> Instant:
    """Return the first anniversary of `since` after `now`, on a month's last day where the day is missing.

    Anniversaries are `every` so many months.
    """
    months = max((_month(now // DAY) - _month(since // DAY)) // every, 1) * every
    due = _later(since, months)
    return due if due > now else _later(since, months + every)


def months_later(since: Instant, due: Instant, months: int) -> Instant:
    """Return the anniversary of `since` that is some months after `due`, another of its anniversaries."""
    return _later(since, _month(due // DAY) - _month(since // DAY) + months)


@lru_cache(_REMEMBERED)
def _month(day: int) -> int:
    """Return the number of the month of a day since 1970."""
    date = to_datetime(day * DAY)
    return date.year * _MONTHS + date.month - 1


@lru_cache(_REMEMBERED)
def _later(since: Instant, months: int) -> Instant:
    year, month = divmod(_month(since // DAY) + months, _MONTHS)
    if year > MAXYEAR:
        return LATEST
    start = to_datetime(since)
    day = min(start.day, monthrange(year, month + 1)[1])
    return from_datetime(start.replace(year=year, month=month + 1, day=day))
