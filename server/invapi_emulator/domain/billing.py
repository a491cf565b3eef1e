"""What an account owes and owns: its credit and its invoices (contract 11.6, 11.7)."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.money import Cents, Currency
from invapi_emulator.whole_numbers import counted_on

InvoiceStatus: TypeAlias = Literal["Paid", "Unpaid", "Cancelled"]
PaidFrom: TypeAlias = Literal["credit", "outside"]

ADD_FUNDS = "AddFunds"
"""The type of an item that adds credit once it is paid."""

HOSTING = "Hosting"


class Billing(Struct, frozen=True):
    """How an account pays. `prepaid` accounts may order by the hour.

    `opening` is the credit that came from no invoice: what the world began with, and what was set since.
    """

    credit: Cents = 150_50
    currency: Currency = "EUR"
    prepaid: bool = False
    opening: Cents = 150_50


class InvoiceItem(Struct, frozen=True):
    """A line of an invoice. `product` is the service that it is for, 0 for none; `server` the VM, once there is one."""

    type: str
    product: int
    description: str
    amount: Cents
    server: int | None = None


class Payment(Struct, frozen=True, omit_defaults=True):
    """A payment of an invoice, from the account's credit or from outside.

    Several may be told as one. `count` is their number, and `at` the time of the last of them.
    """

    at: Instant
    amount: Cents
    source: PaidFrom
    count: int = 1


class Invoice(Struct, frozen=True):
    """An invoice. `paid` is what was paid of it so far; `payments` are those that the emulator has seen."""

    id: int
    status: InvoiceStatus
    made_at: Instant
    paid: Cents
    items: tuple[InvoiceItem, ...]
    payments: tuple[Payment, ...] = ()

    @property
    def total(self) -> Cents:
        return sum(item.amount for item in self.items)

    @property
    def balance(self) -> Cents:
        """What is still to be paid."""
        return self.total - self.paid if self.status == "Unpaid" else 0

    @property
    def adds_funds(self) -> bool:
        return any(item.type == ADD_FUNDS for item in self.items)

    @property
    def added(self) -> Cents:
        """The credit that it has added: it was paid for that."""
        funds = sum(item.amount for item in self.items if item.type == ADD_FUNDS)
        return funds if self.status == "Paid" and self.payments else 0

    @property
    def credit_changes(self) -> list[tuple[Instant, Cents, int]]:
        """When it has changed the credit, by how much, and by how many payments: what was spent on it is negative."""
        changes = [(each.at, -each.amount, each.count) for each in self.payments if each.source == "credit"]
        return [*changes, (self.payments[-1].at, self.added, 1)] if self.added else changes


MOST_INVOICES = 20_000
"""Maximum number of invoices of an account. Once it has them, nothing more is sold, and rents ask for nothing."""

MOST_PAYMENTS = 100
"""Maximum number of payments of an invoice that are told apart. Further ones are added to the last."""


def paid(invoice: Invoice, amount: Cents, source: PaidFrom, now: Instant) -> Invoice:
    """Return the invoice with a payment of at most its balance."""
    assert 0 <= amount <= invoice.balance
    whole = amount == invoice.balance
    return replace(
        invoice,
        status="Paid" if whole else "Unpaid",
        paid=invoice.paid + amount,
        payments=_with(invoice.payments, Payment(now, amount, source)),
    )


def _with(payments: tuple[Payment, ...], new: Payment) -> tuple[Payment, ...]:
    if len(payments) < MOST_PAYMENTS or payments[-1].source != new.source:
        return (*payments, new)
    last = payments[-1]
    return (
        *payments[:-1],
        replace(new, amount=last.amount + new.amount, count=counted_on(last.count, new.count)),
    )


def credit_of(opening: Cents, invoices: Iterable[Invoice]) -> Cents:
    """Return the credit that follows from the opening one and all payments."""
    return opening + sum(amount for invoice in invoices for _, amount, _ in invoice.credit_changes)
