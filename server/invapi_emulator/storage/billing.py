"""Credit and invoices of an account."""

from collections.abc import Iterable
from typing import Any

from msgspec import to_builtins
from sqlalchemy import bindparam, select

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem
from invapi_emulator.storage.billing_tables import billing, invoice
from invapi_emulator.storage.record import Index, Key, Record, without_owner
from invapi_emulator.storage.statement import Query
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
_OF_ACCOUNT = INVOICE.where(invoice.c.account_id == bindparam("account_id"))


class _Services:
    """The services that servers are items of, each with the number of the newest invoice that says so."""

    def __init__(self, rows: Iterable[tuple[Key, Invoice]]) -> None:
        self._of_server: dict[int, tuple[int, int]] = {}
        for key, value in rows:
            self.changed(key, value)

    def changed(self, _key: Key, value: Invoice | None) -> None:
        """Take what an invoice says, of items alike the first. An invoice goes only with its whole account."""
        if value is None:
            return
        for item in reversed(value.items):
            if item.server is not None and self._of_server.get(item.server, (0, 0))[0] <= value.id:
                self._of_server[item.server] = (value.id, item.product)

    def of(self, server: int) -> int:
        """Return the service of a server: the server's own number if no invoice has it."""
        return self._of_server.get(server, (0, server))[1]

    def content(self) -> dict[int, tuple[int, int]]:
        return self._of_server


SERVICES = Index(INVOICE, lambda owner: Query(_OF_ACCOUNT, {"account_id": owner["account_id"]}), _Services)

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
    """Return the service of a server: that of the newest invoice for it, or the server's own number without any."""
    return unit.index(SERVICES).of(server)


# In SQL


def read(tx: Transaction, account_id: int) -> tuple[Billing, list[Invoice]]:
    """Return what an export tells of an account's money: how it pays, and its invoices in order."""
    one = tx.execute(select(billing).where(billing.c.account_id == account_id)).mappings().one_or_none()
    rows = tx.execute(select(invoice).where(invoice.c.account_id == account_id).order_by(invoice.c.id))
    return (
        Billing() if one is None else Billing(**without_owner(one)),
        [_read_invoice(without_owner(row)) for row in rows.mappings()],
    )
