"""Credit and invoices of an account."""

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins
from sqlalchemy import select

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem, Payment
from invapi_emulator.storage import orders
from invapi_emulator.storage.billing_tables import billing, invoice
from invapi_emulator.storage.invoice_index import ROWS_OF, InvoiceIndex, merged
from invapi_emulator.storage.record import Index, Record, without_owner
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


def read_invoice(columns: dict[str, Any]) -> Invoice:
    items = tuple(InvoiceItem(**item) for item in columns["items"])
    payments = tuple(Payment(**payment) for payment in columns["payments"])
    return Invoice(**columns | {"items": items, "payments": payments})


BILLING = Record(
    billing,
    (),
    part=0,
    read=lambda columns: Billing(**columns),
    changing=("credit", "currency", "prepaid", "opening"),
)
"""One an account. An account without says nothing about it, and has the default."""

INVOICE = Record(
    invoice,
    ("id",),
    part=1,
    read=read_invoice,
    changing=("status", "paid", "items", "payments"),
    computed={
        "items": lambda of: to_builtins(of.items),
        "payments": lambda of: to_builtins(of.payments),
    },
)
"""Each is loaded by itself: an account may have tens of thousands."""

INVOICES = Index(INVOICE, lambda owner: ROWS_OF.of(account_id=owner["account_id"]), InvoiceIndex)

# In a unit of work


def of_account(unit: UnitOfWork) -> Billing:
    return unit.one(BILLING, ()) or Billing()


def save(unit: UnitOfWork, changed: Billing) -> None:
    if unit.one(BILLING, ()) is None:
        unit.add(BILLING, (), changed)
    else:
        unit.save(BILLING, (), changed)


def add_invoice(unit: UnitOfWork, made: Invoice) -> None:
    unit.add(INVOICE, (made.id,), made)


def save_invoice(unit: UnitOfWork, changed: Invoice) -> None:
    unit.save(INVOICE, (changed.id,), changed)


def find_invoice(unit: UnitOfWork, number: int) -> Invoice | None:
    return unit.one(INVOICE, (number,))


def load_invoice(unit: UnitOfWork, number: int) -> Invoice:
    """Return an invoice that exists."""
    found = find_invoice(unit, number)
    assert found is not None
    return found


def numbers(unit: UnitOfWork) -> list[int]:
    """Return the numbers of all invoices, ascending: oldest first."""
    known = unit.index(INVOICES).ascending
    new = sorted(key[0] for key, _ in unit.changes.of(INVOICE))
    return merged(known, new)


def load_invoices(unit: UnitOfWork, wanted: Sequence[int]) -> list[Invoice]:
    """Return invoices that exist, loaded in one round trip, in this order."""
    unit.load_all(INVOICE, [(number,) for number in wanted])
    return [load_invoice(unit, number) for number in wanted]


def of_service(unit: UnitOfWork, service: int) -> list[Invoice]:
    """Return the invoices that have a line for a service, oldest first."""
    known = unit.index(INVOICES).of_service.get(service, [])
    return load_invoices(unit, merged(known, _changed_of(unit, service)))


def unpaid_of(unit: UnitOfWork, service: int) -> list[Invoice]:
    """Return those of them that are unpaid, oldest first."""
    known = unit.index(INVOICES).unpaid.get(service, ())
    found = load_invoices(unit, merged(sorted(known), _changed_of(unit, service)))
    return [invoice for invoice in found if invoice.status == "Unpaid"]


def _changed_of(unit: UnitOfWork, service: int) -> list[int]:
    """Return the numbers of the invoices that the unit has changed or made, and that are for a service."""
    changed = (value for _, value in unit.changes.of(INVOICE) if value is not None)
    return sorted(each.id for each in changed if any(item.product == service for item in each.items))


def is_a_service(unit: UnitOfWork, number: int) -> bool:
    """Tell whether an invoice of the world has a service with this number."""
    return number in unit.index(INVOICES).of_service


def service_of(unit: UnitOfWork, server: int) -> int:
    """Return the service of a server: its order's, else that of the newest invoice for it, else its own number."""
    order = orders.of_server(unit, server)
    return unit.index(INVOICES).service_of(server) if order is None else order.id


# In SQL


def read(tx: Transaction, account_id: int) -> tuple[Billing, list[Invoice]]:
    """Return what an export tells of an account's money: how it pays, and its invoices in order."""
    one = tx.execute(select(billing).where(billing.c.account_id == account_id)).mappings().one_or_none()
    return Billing() if one is None else Billing(**without_owner(one)), invoices(tx, account_id)


def invoices(tx: Transaction, account_id: int) -> list[Invoice]:
    """Return all invoices, oldest first."""
    rows = tx.execute(select(invoice).where(invoice.c.account_id == account_id).order_by(invoice.c.id))
    return [read_invoice(without_owner(row)) for row in rows.mappings()]
