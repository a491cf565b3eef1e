"""An order: a server that an account has ordered, and rents once it is deployed (contract 11)."""

from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.due_dates import months_later, next_anniversary
from invapi_emulator.domain.instants import DAY, HOUR, LATEST, Instant
from invapi_emulator.domain.money import Cents

Period: TypeAlias = Literal["hourly", "monthly", "quarterly", "semi-annually", "annually"]
OrderStatus: TypeAlias = Literal["awaiting_payment", "deploying", "failed", "active", "cancelled"]

MONTHS_OF: dict[Period, int] = {"monthly": 1, "quarterly": 3, "semi-annually": 6, "annually": 12}
"""The months of each period but the hour."""

HOURS_OF_MONTH = 720

SUSPENDED_AFTER = 7 * DAY
"""The time after which an unpaid renewal suspends its server, under option `suspends` of assumption A-45."""

OPEN: frozenset[OrderStatus] = frozenset({"awaiting_payment", "deploying", "failed"})
"""The statuses of orders without a server yet."""

WITH_SERVER: frozenset[OrderStatus] = frozenset({"deploying", "active"})
"""The statuses of orders whose server exists."""


class Order(Struct, frozen=True, gc=False):
    """An order as stored. `id` is the number of its service in billing, `invoice` that of its first invoice.

    `server` is the id of its server, from the payment on; of a cancelled one it was that. `price` is what each `period` costs, in the account's
    currency. `key` is the key of its deploy. `rent_due_at` is None until the deploy is done and after the server is
    gone. At `suspends_at` an unpaid renewal suspends the server.
    """

    id: int
    invoice: int
    server: int | None
    status: OrderStatus
    preset: str
    location: str
    os: str
    software: str
    traffic_plan: str
    hostname: str | None
    period: Period
    price: Cents
    made_at: Instant
    rent_since: Instant | None = None
    rent_due_at: Instant | None = None
    suspends_at: Instant | None = None
    key: str | None = None
    callback_url: str | None = None

    @property
    def next_at(self) -> Instant | None:
        """When the order next asks for something: its rent, or a suspension."""
        return min((at for at in (self.rent_due_at, self.suspends_at) if at is not None), default=None)

    @property
    def never_falls_due(self) -> bool:
        """Whether the server is rented for good: its rents have ended, or time ends before the next one."""
        return self.status == "active" and self.rent_since is not None and self.rent_due_at is None


def rent_after(since: Instant, period: Period, due: Instant) -> Instant | None:
    """Return when the rent that began at `since` falls due next after `due`, one of its due dates or its beginning.

    None stands for never: no clock goes so far.
    """
    if period == "hourly":
        return in_time(due + HOUR)
    return in_time(months_later(since, due, MONTHS_OF[period]))


def first_due(since: Instant, period: Period, now: Instant) -> Instant | None:
    """Return the first time after now when a rent that began at `since` falls due, None for never."""
    if period == "hourly":
        return in_time(since + ((now - since) // HOUR + 1) * HOUR)
    return in_time(next_anniversary(since, now, MONTHS_OF[period]))


def in_time(due: Instant) -> Instant | None:
    """Return when something falls due, None for never: beyond the latest time of a clock."""
    return due if due < LATEST else None


def begun(order: Order, now: Instant) -> Order:
    """Return the order of a server that has just been deployed. Its first period is paid."""
    due = rent_after(now, order.period, now)
    return replace(order, status="active", rent_since=now, rent_due_at=due)


def renewed(order: Order) -> Order:
    """Return the order when its rent is due, with the due date of the period that begins."""
    assert order.rent_since is not None
    assert order.rent_due_at is not None
    due = rent_after(order.rent_since, order.period, order.rent_due_at)
    return replace(order, rent_due_at=due)


def unbilled(order: Order) -> Order:
    """Return the order of a server that stays, and whose rent asks for nothing any more."""
    return replace(order, rent_due_at=None)


def closed(order: Order) -> Order:
    """Return the order of a server that is gone."""
    return replace(order, status="cancelled", rent_due_at=None, suspends_at=None)


def price_of_period(monthly: Cents, period: Period) -> Cents:
    """Return what a period costs. An hour costs a 720th of a month, rounded up to the cent."""
    return -(-monthly // HOURS_OF_MONTH) if period == "hourly" else monthly * MONTHS_OF[period]
