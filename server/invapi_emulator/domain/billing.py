"""What an account owes and owns: its credit and its invoices (contract 11.6, 11.7)."""

from typing import Literal, TypeAlias

from msgspec import Struct

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.money import Cents, Currency

InvoiceStatus: TypeAlias = Literal["Paid", "Unpaid", "Cancelled"]


class Billing(Struct, frozen=True):
    """How an account pays. `prepaid` accounts may order by the hour."""

    credit: Cents = 150_50
    currency: Currency = "EUR"
    prepaid: bool = False


class InvoiceItem(Struct, frozen=True):
    """A line of an invoice. `product` is the service that it is for, `server` the VM, once there is one."""

    type: str
    product: int
    description: str
    amount: Cents
    server: int | None = None


class Invoice(Struct, frozen=True):
    """An invoice. `paid` is what was paid of it so far."""

    id: int
    status: InvoiceStatus
    made_at: Instant
    paid: Cents
    items: tuple[InvoiceItem, ...]

    @property
    def total(self) -> Cents:
        return sum(item.amount for item in self.items)

    @property
    def balance(self) -> Cents:
        """What is still to be paid."""
        return self.total - self.paid if self.status == "Unpaid" else 0
