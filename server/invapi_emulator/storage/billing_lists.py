"""Invoices in lists, newest first, without reading all that an account has."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, get_args

from sqlalchemy import ColumnElement, bindparam, select

from invapi_emulator.domain.billing import Invoice, InvoiceStatus
from invapi_emulator.storage.billing import INVOICE, INVOICE_COLUMNS, numbers_of_service, read_invoice
from invapi_emulator.storage.billing_tables import invoice
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


def newest(
    tx: Transaction, account_id: int, most: int, *, up_to: int = 0, status: InvoiceStatus | None = None
) -> list[Invoice]:
    """Return at most `most` invoices, newest first. 0 for `up_to` begins at the newest one."""
    wanted = _of(account_id, status)
    if up_to:
        wanted &= invoice.c.id <= up_to
    rows = tx.execute(select(*INVOICE_COLUMNS).where(wanted).order_by(invoice.c.id.desc()).limit(most))
    return [read_invoice(*row) for row in rows]


def numbers_after(
    tx: Transaction, account_id: int, number: int, most: int, status: InvoiceStatus | None = None
) -> list[int]:
    """Return the numbers of the next `most` invoices after one, ascending."""
    wanted = _of(account_id, status) & (invoice.c.id > number)
    return list(tx.execute(select(invoice.c.id).where(wanted).order_by(invoice.c.id).limit(most)).scalars())


def with_numbers(tx: Transaction, account_id: int, numbers: Collection[int]) -> dict[int, Invoice]:
    """Return invoices by their numbers."""
    wanted = _of(account_id, None) & invoice.c.id.in_(numbers)
    rows = tx.execute(select(*INVOICE_COLUMNS).where(wanted))
    return {found.id: found for found in (read_invoice(*row) for row in rows)}


_BETWEEN: Statement[tuple[Any, ...]] = Statement(
    select(*INVOICE_COLUMNS).where(
        invoice.c.account_id == bindparam("account_id"),
        invoice.c.id >= bindparam("first"),
        invoice.c.id <= bindparam("last"),
    ),
    lambda *columns: columns,
)


def of_service(unit: UnitOfWork, service: int) -> list[Invoice]:
    """Return the invoices that have a line for a service, oldest first. None of them stays in memory."""
    numbers = numbers_of_service(unit, service)
    if not numbers:
        return []
    rows = unit.rows(_BETWEEN.of(account_id=unit.account.id, first=numbers[0], last=numbers[-1]))
    wanted, changed = set(numbers), {key[0]: value for key, value in unit.changes.of(INVOICE)}
    found = {row[0]: row for row in rows if row[0] in wanted}
    return [changed.get(number) or read_invoice(*found[number]) for number in numbers]


class _Statuses:
    """The status of each invoice, and how many have it: they are counted for each look at the page."""

    def __init__(self, rows: Iterable[tuple[int, InvoiceStatus]]) -> None:
        self.of: dict[int, InvoiceStatus] = dict(rows)
        self.counts = Counter(self.of.values())

    def changed(self, key: Key, value: Invoice | None) -> None:
        """Take an invoice. One goes only with its whole account."""
        if value is None:
            return
        if key[0] in self.of:
            self.counts[self.of[key[0]]] -= 1
        self.of[key[0]] = value.status
        self.counts[value.status] += 1

    def content(self) -> tuple[dict[int, InvoiceStatus], dict[InvoiceStatus, int]]:
        return self.of, {status: count for status, count in self.counts.items() if count}


_STATUSES_OF: Statement[tuple[int, InvoiceStatus]] = Statement(
    select(invoice.c.id, invoice.c.status).where(invoice.c.account_id == bindparam("account_id")),
    lambda number, status: (number, status),
)
STATUSES = Index(INVOICE, lambda owner: _STATUSES_OF.of(account_id=owner["account_id"]), _Statuses)


def count(unit: UnitOfWork, status: InvoiceStatus | None = None) -> int:
    """Return how many invoices there are, or how many of a status."""
    kept, changed = unit.index(STATUSES), list(unit.changes.of(INVOICE))
    before = Counter(kept.of[key[0]] for key, _ in changed if key[0] in kept.of)
    after = Counter(value.status for _, value in changed if value is not None)
    counts = {each: kept.counts[each] - before[each] + after[each] for each in get_args(InvoiceStatus)}
    return sum(counts.values()) if status is None else counts[status]


def _of(account_id: int, status: InvoiceStatus | None) -> ColumnElement[Any]:
    mine = invoice.c.account_id == account_id
    return mine if status is None else mine & (invoice.c.status == status)
