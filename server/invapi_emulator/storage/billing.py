"""Credit and invoices of an account."""

from collections.abc import Iterable
from typing import Any

from msgspec import to_builtins
from sqlalchemy import bindparam, select

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem, Payment
from invapi_emulator.storage import orders
from invapi_emulator.storage.billing_tables import billing, invoice
from invapi_emulator.storage.record import Index, Key, Record, without_owner
from invapi_emulator.storage.statement import Query
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
    part=0,
    read=read_invoice,
    changing=("status", "paid", "items", "payments"),
    computed={
        "items": lambda of: to_builtins(of.items),
        "payments": lambda of: to_builtins(of.payments),
    },
    order="id",
)
_OF_ACCOUNT = INVOICE.where(invoice.c.account_id == bindparam("account_id"))


class _Services:
    """The services that servers are items of, each with the number of the newest invoice that says so."""

    def __init__(self, rows: Iterable[tuple[Key, Invoice]]) -> None:
        self._of_server: dict[int, tuple[int, int]] = {}
        self._numbers: set[int] = set()
        for key, value in rows:
            self.changed(key, value)

    def changed(self, _key: Key, value: Invoice | None) -> None:
        """Take what an invoice says, of items alike the first. An invoice goes only with its whole account."""
        if value is None:
            return
        self._numbers.update(item.product for item in value.items)
        for item in reversed(value.items):
            if item.server is not None and self._of_server.get(item.server, (0, 0))[0] <= value.id:
                self._of_server[item.server] = (value.id, item.product)

    def of(self, server: int) -> int:
        """Return the service of a server: the server's own number if no invoice has it."""
        return self._of_server.get(server, (0, server))[1]

    def has(self, service: int) -> bool:
        return service in self._numbers

    def content(self) -> dict[int, tuple[int, int]]:
        return self._of_server


SERVICES = Index(INVOICE, lambda owner: Query(_OF_ACCOUNT, {"account_id": owner["account_id"]}), _Services)

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


def invoices(unit: UnitOfWork) -> list[Invoice]:
    """Return all invoices, oldest first: ascending by number."""
    held = unit.part(INVOICE, ())
    return [held[key] for key in sorted(held)]


def is_a_service(unit: UnitOfWork, number: int) -> bool:
    """Tell whether an invoice of the world has a service with this number."""
    return unit.index(SERVICES).has(number)


def service_of(unit: UnitOfWork, server: int) -> int:
    """Return the service of a server: its order's, else that of the newest invoice for it, else its own number."""
    order = orders.of_server(unit, server)
    return unit.index(SERVICES).of(server) if order is None else order.id


# In SQL


def read(tx: Transaction, account_id: int) -> tuple[Billing, list[Invoice]]:
    """Return what an export tells of an account's money: how it pays, and its invoices in order."""
    one = tx.execute(select(billing).where(billing.c.account_id == account_id)).mappings().one_or_none()
    rows = tx.execute(select(invoice).where(invoice.c.account_id == account_id).order_by(invoice.c.id))
    return (
        Billing() if one is None else Billing(**without_owner(one)),
        [read_invoice(without_owner(row)) for row in rows.mappings()],
    )
