"""Rents, payments and prices, held against a simple model."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.domain.billing import (
    ADD_FUNDS,
    HOSTING,
    MOST_PAYMENTS,
    Invoice,
    InvoiceItem,
    credit_of,
    paid,
)
from invapi_emulator.domain.default_catalogue import default_catalogue
from invapi_emulator.domain.due_dates import months_later, next_anniversary
from invapi_emulator.domain.instants import (
    HOUR,
    LATEST,
    MINUTE,
    Instant,
    from_datetime,
    iso,
    parse_iso,
    to_datetime,
)
from invapi_emulator.domain.order_rules import Configuration, sold_preset, wanted_plan
from invapi_emulator.domain.orders import (
    HOURS_OF_MONTH,
    MONTHS_OF,
    Order,
    Period,
    begun,
    closed,
    first_due,
    price_of_period,
    renewed,
    rent_after,
)

moments = st.integers(0, LATEST)
recent = st.integers(0, parse_iso("2200-01-01T00:00:00Z"))
periods = st.sampled_from([*MONTHS_OF, "hourly"])
in_months = st.sampled_from([*MONTHS_OF])


def modelled(since: Instant, months: int) -> Instant:
    """Return an anniversary, counted month by month on the calendar."""
    start = to_datetime(since)
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    if year > 9999:
        return LATEST
    last = monthrange(year, month)[1]
    return from_datetime(start.replace(year=year, month=month, day=min(start.day, last)))


def rented(since: Instant, period: Period) -> Order:
    made = Order(
        id=1, invoice=1, server=1, status="deploying", preset="a", location="NL", os="", software="",
        traffic_plan="", hostname=None, period=period, price=400, made_at=since,
    )  # fmt: skip
    return begun(made, since)


@given(recent, in_months, st.integers(0, 60))
def test_each_rent_falls_due_on_the_day_it_began(since: Instant, period: Period, count: int) -> None:
    order = rented(since, period)
    for _ in range(count):
        order = renewed(order)
    assert order.rent_due_at == modelled(since, MONTHS_OF[period] * (count + 1))


@given(recent, st.integers(0, 1_000))
def test_an_hour_is_an_hour(since: Instant, count: int) -> None:
    order = rented(since, "hourly")
    for _ in range(count):
        order = renewed(order)
    assert order.rent_due_at == since + (count + 1) * HOUR


@given(recent, periods, recent)
def test_the_first_rent_after_a_time_is_the_one_that_counting_finds(
    since: Instant, period: Period, now: Instant
) -> None:
    found = first_due(since, period, now)
    assert found is not None
    assert found > now
    if period == "hourly":
        assert (found - since) % HOUR == 0
        assert found - HOUR <= max(now, since)
        return
    months, before = MONTHS_OF[period], since
    count = max((to_datetime(now).year - to_datetime(since).year) * 12 - 24, 0) // months
    while (due := modelled(since, count * months)) <= now or count == 0:
        before, count = due, count + 1
    assert found == due
    assert before <= max(now, since)


@given(moments, periods)
def test_no_rent_falls_due_after_the_latest_time(since: Instant, period: Period) -> None:
    due = rent_after(since, period, since)
    assert due is None or since < due < LATEST
    order = rented(since, period) if due is None else renewed(rented(since, period))
    assert order.rent_due_at is None or order.rent_due_at < LATEST


@given(periods)
def test_a_rent_that_falls_due_beyond_the_latest_time_never_does(period: Period) -> None:
    since = LATEST - MINUTE
    assert rented(since, period).rent_due_at is None
    assert first_due(since, period, LATEST) is None


@pytest.mark.parametrize(
    ("since", "period", "dues"),
    [
        ("2028-01-31T05:00:00Z", "monthly", ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
        ("2030-11-30T05:00:00Z", "quarterly", ["2031-02-28", "2031-05-30", "2031-08-30", "2031-11-30"]),
        ("2030-08-31T05:00:00Z", "semi-annually", ["2031-02-28", "2031-08-31", "2032-02-29", "2032-08-31"]),
        ("2028-02-29T05:00:00Z", "annually", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ],
)
def test_a_short_month_moves_one_rent_and_not_the_next(since: str, period: Period, dues: list[str]) -> None:
    order, found = rented(parse_iso(since), period), []
    for _ in dues:
        assert order.rent_due_at is not None
        found.append(iso(order.rent_due_at))
        order = renewed(order)
    assert found == [f"{day}T05:00:00Z" for day in dues]


def test_a_rent_of_the_last_year_ends_with_the_calendar() -> None:
    order = rented(parse_iso("9999-10-15T00:00:00Z"), "monthly")
    dues = []
    while order.rent_due_at is not None:
        dues.append(iso(order.rent_due_at))
        order = renewed(order)
    assert dues == ["9999-11-15T00:00:00Z", "9999-12-15T00:00:00Z"]
    assert months_later(LATEST, LATEST, 12) == next_anniversary(LATEST, LATEST) == LATEST


@given(recent, periods)
def test_an_order_whose_server_is_gone_asks_for_nothing(since: Instant, period: Period) -> None:
    assert closed(rented(since, period)).next_at is None


@given(st.integers(0, 10**12), periods)
def test_a_period_costs_no_less_than_its_share_of_a_month(monthly: int, period: Period) -> None:
    price = price_of_period(monthly, period)
    if period == "hourly":
        assert monthly <= price * HOURS_OF_MONTH < monthly + HOURS_OF_MONTH
    else:
        assert price == monthly * MONTHS_OF[period]


@given(st.sampled_from(["EUR", "USD", "RUB"]), periods)
def test_a_configuration_costs_its_preset_and_its_additions(currency: str, period: Period) -> None:
    catalogue = default_catalogue()
    for preset in catalogue.presets:
        for location in preset.prices:
            plan = wanted_plan(catalogue, preset, location, None)
            alone = Configuration(preset, location, None, None, None)
            whole = Configuration(preset, location, None, None, plan)
            extra = 0 if plan is None else int(plan.prices.of(currency) * 100)  # type: ignore[arg-type]  # one of three
            monthly = alone.price(currency, "monthly") + extra  # type: ignore[arg-type]
            assert whole.price(currency, period) == price_of_period(monthly, period)  # type: ignore[arg-type]
            assert sold_preset(catalogue, str(preset.id)) == sold_preset(catalogue, preset.name)


lines = st.lists(
    st.builds(
        InvoiceItem,
        st.sampled_from([HOSTING, ADD_FUNDS]),
        st.integers(0, 3),
        st.just("a"),
        st.integers(0, 500),
    ),
    min_size=1,
    max_size=3,
)


@given(items=lines, parts=st.lists(st.integers(1, 30), max_size=150), from_outside=st.booleans())
def test_payments_change_the_credit_by_exactly_what_they_say(
    *, items: list[InvoiceItem], parts: list[int], from_outside: bool
) -> None:
    """An invoice is paid from the credit in parts, and what is left then from outside."""
    invoice, credit = Invoice(1, "Unpaid", 0, 0, tuple(items)), 1_000
    funds = sum(item.amount for item in items if item.type == ADD_FUNDS)
    made = 0
    for moment, part in enumerate(parts):
        if invoice.status == "Unpaid":
            amount = min(part, invoice.balance)
            invoice, credit = paid(invoice, amount, "credit", moment), credit - amount
            made += 1
    if from_outside and invoice.status == "Unpaid":
        invoice = paid(invoice, invoice.balance, "outside", len(parts))
        made += 1
    credit += funds if invoice.status == "Paid" else 0
    assert invoice.paid == sum(payment.amount for payment in invoice.payments)
    assert (invoice.status == "Paid") == (invoice.paid == invoice.total and bool(invoice.payments))
    assert invoice.balance == (invoice.total - invoice.paid if invoice.status == "Unpaid" else 0)
    assert credit_of(1_000, [invoice]) == credit
    assert len(invoice.payments) <= MOST_PAYMENTS + 1
    counts = [payment.count for payment in invoice.payments]
    assert sum(counts) == made
    assert set(counts[: MOST_PAYMENTS - 1]) <= {1}


def test_anniversaries_of_all_days_of_leap_years_are_on_that_day_or_the_months_last() -> None:
    for day in range(366 + 365):
        since = from_datetime(datetime(2028, 1, 1, 12, tzinfo=UTC) + timedelta(days=day))
        for months in (1, 3, 6, 12):
            assert months_later(since, since, months) == modelled(since, months)
