"""The schema of credit, invoices and orders in a world."""

from typing import Annotated, cast

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from invapi_emulator.domain import billing
from invapi_emulator.domain.billing import HOSTING, InvoiceItem, InvoiceStatus, PaidFrom, Payment
from invapi_emulator.domain.money import Currency, parse_money
from invapi_emulator.domain.orders import OrderStatus, Period
from invapi_emulator.worlds.fields import (
    Description,
    Hostname,
    Number,
    Part,
    PastTimestamp,
    PositiveInt,
    Seconds,
    Several,
    TaskKeySpec,
    Text,
    Url,
)

MOST_ORDERS = billing.MOST_INVOICES
"""Each order has an invoice of its own."""

MOST_ITEMS = 20
MOST_PAYMENTS = billing.MOST_PAYMENTS + 1
"""The last one may have another source than those before it."""

_AMOUNT = WithJsonSchema(
    {"type": ["string", "number"], "description": "an amount with at most two decimal places, such as 150.50"}
)
Amount = Annotated[int, BeforeValidator(parse_money), _AMOUNT]


Word = Annotated[str, Field(max_length=200, strict=True, pattern=r"\A[^\x00-\x1f\x7f]*\z")]


class InvoiceItemSpec(Part):
    """A line of an invoice. `product` is the service that it is for, 0 for none; `server` the VM, once there is one."""

    type: Text = HOSTING
    product: Number
    server: PositiveInt | None = None
    description: Description = "Server"
    amount: Annotated[Amount, Field(ge=0)]


class PaymentSpec(Part):
    """A payment from the account's `credit`, or from `outside`. `count` is the number of payments that are told as this one."""

    at: PastTimestamp
    amount: Annotated[Amount, Field(ge=0)]
    source: PaidFrom
    count: PositiveInt = 1


# A world may have many lines and payments. What they become takes a seventh of the memory of their description.
_Line = Annotated[
    InvoiceItemSpec,
    AfterValidator(
        lambda line: InvoiceItem(line.type, line.product, line.description, line.amount, line.server)
    ),
]
_Paid = Annotated[
    PaymentSpec,
    AfterValidator(lambda payment: Payment(payment.at, payment.amount, payment.source, payment.count)),
]


class InvoiceSpec(Part):
    """An invoice. `paid` defaults to all of one that is Paid, and to nothing of another.

    It was made at `created_at`, or `age_seconds` before now. `payments` are those that the emulator has seen, oldest
    first. They changed the credit already.
    """

    id: PositiveInt
    status: InvoiceStatus = "Unpaid"
    created_at: PastTimestamp | None = None
    age_seconds: Seconds | None = None
    paid: Annotated[Amount, Field(ge=0)] | None = None
    items: Annotated[Several[_Line], Field(min_length=1, max_length=MOST_ITEMS)]
    payments: Annotated[Several[_Paid], Field(max_length=MOST_PAYMENTS)] = ()


def lines_of(spec: InvoiceSpec) -> tuple[InvoiceItem, ...]:
    return cast("tuple[InvoiceItem, ...]", spec.items)


def payments_of(spec: InvoiceSpec) -> tuple[Payment, ...]:
    return cast("tuple[Payment, ...]", spec.payments)


class OrderSpec(Part):
    """An order. `id` is the number of its service, `invoice` that of its first invoice.

    `server` is a VM of the world, for an order that is `deploying` or `active`. `price` is what each `period` costs.
    It was made at `created_at`, or `age_seconds` before now. `rent_since` defaults to when the VM was created. The rent
    falls due at `rent_due_at`, or `due_in_seconds` from now, else at the end of the first period after now. `key` is that
    of a deploy that has ended.
    """

    id: PositiveInt
    invoice: PositiveInt
    server: PositiveInt | None = None
    status: OrderStatus = "active"
    preset: Text
    location: Text = "NL"
    os: Word = ""
    software: Word = ""
    traffic_plan: Word = ""
    hostname: Hostname | None = None
    period: Period = "monthly"
    price: Annotated[Amount, Field(ge=0)]
    created_at: PastTimestamp | None = None
    age_seconds: Seconds | None = None
    rent_since: PastTimestamp | None = None
    rent_due_at: PastTimestamp | None = None
    due_in_seconds: Annotated[Seconds, Field(ge=1)] | None = None
    suspends_at: PastTimestamp | None = None
    key: TaskKeySpec | None = None
    callback: Url | None = None


class BillingSpec(Part):
    """What an account owns, owes and has ordered."""

    credit: Amount | None = None
    currency: Currency | None = None
    prepaid: Annotated[bool, Field(strict=True)] | None = None
    invoices: Annotated[Several[InvoiceSpec], Field(max_length=billing.MOST_INVOICES)] = ()
    orders: Annotated[Several[OrderSpec], Field(max_length=MOST_ORDERS)] = ()
