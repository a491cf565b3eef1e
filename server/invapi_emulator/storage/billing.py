"""Credit and invoices of an account."""

from typing import Any

from msgspec import to_builtins
from sqlalchemy import select

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem
from invapi_emulator.storage.billing_tables import billing, invoice
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


def _read_invoice(columns: dict[str, Any]) -> Invoice:
    return Invoice(**columns | {"items": tuple(InvoiceItem(**item) for item in columns["items"])})


BILLING = Record(
    billing, (), part=0, read=lambda columns: Billing(**columns), changing=("credit", "currency", "prepaid")
)
"""One an account. An account without says nothing about it, and has the default."""

INVOICE = Record(
    invoice,
    ("id",),
    part=0,
    read=_read_invoice,
    changing=("status", "paid", "items"),
    computed={"items": lambda of: to_builtins(of.items)},
    order="id",
)

# In a unit of work


def of_account(unit: UnitOfWork) -> Billing:
    return unit.one(BILLING, ()) or Billing()


def find_invoice(unit: UnitOfWork, number: int) -> Invoice | None:
    return unit.one(INVOICE, (number,))


def invoices(unit: UnitOfWork) -> list[Invoice]:
    """Return all invoices, oldest first: ascending by number."""
    held = unit.part(INVOICE, ())
    return [held[key] for key in sorted(held)]


def service_of(unit: UnitOfWork, server: int) -> int:
    """Return the service of a server: that of the newest item for it, or the server's own number without any."""
    items = (item for invoice in reversed(invoices(unit)) for item in invoice.items)
    return next((item.product for item in items if item.server == server), server)


# In SQL


def read(tx: Transaction, account_id: int) -> tuple[Billing, list[Invoice]]:
    """Return what an export tells of an account's money: how it pays, and its invoices in order."""
    one = tx.execute(select(billing).where(billing.c.account_id == account_id)).mappings().one_or_none()
    rows = tx.execute(select(invoice).where(invoice.c.account_id == account_id).order_by(invoice.c.id))
    return (
        Billing() if one is None else Billing(**_without_owner(one)),
        [_read_invoice(_without_owner(row)) for row in rows.mappings()],
    )


def _without_owner(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "account_id"}
