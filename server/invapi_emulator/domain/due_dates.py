"""When a server's rent falls due: each month on the day it began."""

from calendar import monthrange
from datetime import MAXYEAR, datetime

from invapi_emulator.domain.instants import LATEST, Instant, from_datetime, to_datetime

_MONTHS = 12


def next_anniversary(since: Instant, now: Instant) -> Instant:
    """Return the first monthly anniversary of `since` after `now`, on a month's last day where the day is missing."""
    start, today = to_datetime(since), to_datetime(now)
    months = max((today.year - start.year) * _MONTHS + today.month - start.month, 1)
    due = _later(start, months)
    return due if due > now else _later(start, months + 1)


def _later(start: datetime, months: int) -> Instant:
    year, month = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    if year > MAXYEAR:
        return LATEST
    day = min(start.day, monthrange(year, month + 1)[1])
    return from_datetime(start.replace(year=year, month=month + 1, day=day))
