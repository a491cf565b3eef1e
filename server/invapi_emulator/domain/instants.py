"""Points in time: whole microseconds since 1970, UTC. How they are written and read."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

Instant: TypeAlias = int

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_REMEMBERED = 10_000
"""Each list writes the dates of its snapshots again, so they are cached."""


def from_datetime(moment: datetime) -> Instant:
    return (moment - _EPOCH) // timedelta(microseconds=1)


LATEST = from_datetime(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
"""The latest time of a clock: later dates cannot be written as ISO 8601."""


def to_datetime(instant: Instant) -> datetime:
    """Return the date of an instant. What is planned for after the latest time has that time."""
    return _EPOCH + timedelta(microseconds=min(instant, LATEST))


EARLIEST = from_datetime(datetime(1800, 1, 1, tzinfo=UTC))
"""The earliest time of anything that happened: a clock that starts in 1970 has a past, too."""

SEEDED_START = from_datetime(datetime(2030, 1, 1, tzinfo=UTC))
"""The start of a frozen or auto clock with a seed: runs repeat, and tokens still look valid."""


@lru_cache(_REMEMBERED)
def iso(instant: Instant) -> str:
    """Return ISO 8601 with Z, and a fraction only if there is one."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def iso_or_none(instant: Instant | None) -> str | None:
    return None if instant is None else iso(instant)


@lru_cache(_REMEMBERED)
def wire_date(instant: Instant) -> str:
    """Return `YYYY-MM-DD HH:MM:SS` in UTC (contract 4.8).

    `strftime` would call `time.strftime`, which a test around an embedded server may replace.
    """
    return to_datetime(instant).replace(tzinfo=None).isoformat(" ", "seconds")


def wire_day(instant: Instant) -> str:
    """Return the day of an instant in UTC as `YYYY-MM-DD`."""
    return wire_date(instant)[: len("YYYY-MM-DD")]


def parse_iso(text: str, earliest: Instant = 0) -> Instant:
    """Read ISO 8601. A time without an offset is UTC.

    Raise ValueError for text that is not a timestamp, or for a time outside `earliest` (1970) to 9999.
    """
    try:
        # fromisoformat reads "...\0" as if the NUL were not there.
        moment = datetime.fromisoformat(text if text.isprintable() else "")
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a timestamp in ISO 8601") from None
    instant = from_datetime(moment.replace(tzinfo=moment.tzinfo or UTC))
    if not earliest <= instant <= LATEST:
        raise ValueError(f"{text[:40]!r} is not within {iso(earliest)} and {iso(LATEST)}")
    return instant
