"""Monthly anniversaries."""

import pytest

from invapi_emulator.domain.due_dates import next_anniversary
from invapi_emulator.domain.instants import LATEST, iso, parse_iso


@pytest.mark.parametrize(
    ("since", "now", "due"),
    [
        ("2029-12-15T10:00:00Z", "2029-12-15T10:00:00Z", "2030-01-15T10:00:00Z"),
        ("2029-12-15T10:00:00Z", "2030-01-15T09:59:59.999999Z", "2030-01-15T10:00:00Z"),
        ("2029-12-15T10:00:00Z", "2030-01-15T10:00:00Z", "2030-02-15T10:00:00Z"),
        ("2029-12-15T10:00:00Z", "2031-12-16T00:00:00Z", "2032-01-15T10:00:00Z"),
        ("2030-01-31T00:00:00Z", "2030-02-01T00:00:00Z", "2030-02-28T00:00:00Z"),
        ("2030-01-31T00:00:00Z", "2030-02-28T00:00:00Z", "2030-03-31T00:00:00Z"),
        ("2028-01-31T00:00:00Z", "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("2030-06-10T00:00:00Z", "2030-01-01T00:00:00Z", "2030-07-10T00:00:00Z"),
        ("2030-06-10T00:00:00Z", "9999-12-20T00:00:00Z", iso(LATEST)),
    ],
)
def test_rent_falls_due_each_month_on_the_day_it_began(since: str, now: str, due: str) -> None:
    assert iso(next_anniversary(parse_iso(since), parse_iso(now))) == due
