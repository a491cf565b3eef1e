"""Credit and invoices of an account."""

from collections.abc import Iterator, Sequence

from msgspec import to_builtins
from msgspec.json import Decoder
from sqlalchemy import bindparam, select

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem, InvoiceStatus, Payment
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.money import Cents
from invapi_emulator.storage import orders
from invapi_emulator.storage.billing_tables import billing, invoice
from invapi_emulator.storage.invoice_index import ROWS_OF, InvoiceIndex, merged
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.record import Index, Record
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

_read_items = Decoder(tuple[InvoiceItem, ...]).decode
_read_payments = Decoder(tuple[Payment, ...]).decode


INVOICE_COLUMNS = tuple(invoice.c[name] for name in Invoice.__struct_fields__)


def read_invoice(
    number: int, status: InvoiceStatus, made_at: Instant, paid: Cents, items: str, payments: str
) -> Invoice:
    return Invoice(number, status, made_at, paid, _read_items(items), _read_payments(payments))


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
    read=lambda columns: read_invoice(*(columns[name] for name in Invoice.__struct_fields__)),
    changing=("status", "paid", "items", "payments"),
    computed={
        "items": lambda of: json_text(to_builtins(of.items)),
        "payments": lambda of: json_text(to_builtins(of.payments)),
    },
)
"""Each is loaded by itself: an account may have tens of thousands."""

INVOICES = Index(INVOICE, lambda owner: ROWS_OF.of(account_id=owner["account_id"]), InvoiceIndex)

_MANY = 100
"""Number of unpaid invoices of a service from which all unpaid ones of the account are loaded by one statement: that costs less."""

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


def count(unit: UnitOfWork) -> int:
    """Return how many invoices there are, without counting them: no more than this."""
    made = unit.counters.invoices_made - unit.state.counters.invoices_made
    return len(unit.index(INVOICES).ascending) + made


def numbers(unit: UnitOfWork) -> list[int]:
    """Return the numbers of all invoices, ascending: oldest first."""
    known = unit.index(INVOICES).ascending
    new = sorted(key[0] for key, _ in unit.changes.of(INVOICE))
    return merged(known, new)


def load_invoices(unit: UnitOfWork, wanted: Sequence[int]) -> list[Invoice]:
    """Return invoices that exist, loaded in one round trip, in this order."""
    unit.load_all(INVOICE, [(number,) for number in wanted])
    return [load_invoice(unit, number) for number in wanted]


def numbers_of_service(unit: UnitOfWork, service: int) -> list[int]:
    """Return the numbers of the invoices that have a line for a service, ascending: oldest first."""
    known = unit.index(INVOICES).of_service.get(service, [])
    return merged(known, [each.id for each in _changed_of(unit, service)])


def is_unpaid(unit: UnitOfWork, service: int) -> bool:
    """Tell whether a service has unpaid invoices."""
    changed = {each.id: each.status for each in _changed_of(unit, service)}
    return "Unpaid" in changed.values() or bool(
        unit.index(INVOICES).unpaid.get(service, set()) - changed.keys()
    )


def unpaid_of(unit: UnitOfWork, service: int) -> list[Invoice]:
    """Return those of them that are unpaid, oldest first."""
    known = unit.index(INVOICES).unpaid.get(service, ())
    if len(known) > _MANY:
        unit.state.put_all(INVOICE, unit.rows(_UNPAID.of(account_id=unit.account.id)))
    changed = [each.id for each in _changed_of(unit, service)]
    found = load_invoices(unit, merged(sorted(known), changed))
    return [invoice for invoice in found if invoice.status == "Unpaid"]


def _changed_of(unit: UnitOfWork, service: int) -> list[Invoice]:
    """Return the invoices that the unit has changed or made, and that are for a service."""
    changed = (value for _, value in unit.changes.of(INVOICE) if value is not None)
    return [each for each in changed if any(item.product == service for item in each.items)]


def is_a_service(unit: UnitOfWork, number: int) -> bool:
    """Tell whether an invoice of the world has a service with this number."""
    return number in unit.index(INVOICES).of_service


def service_of(unit: UnitOfWork, server: int) -> int:
    """Return the service of a server: its order's, else that of the newest invoice for it, else its own number."""
    order = orders.of_server(unit, server)
    return unit.index(INVOICES).service_of(server) if order is None else order.id


# In SQL

_BILLING_OF: Statement[Billing] = Statement(
    select(*(billing.c[name] for name in Billing.__struct_fields__)).where(
        billing.c.account_id == bindparam("account_id")
    ),
    Billing,
)
_UNPAID = INVOICE.where(invoice.c.account_id == bindparam("account_id"), invoice.c.status == "Unpaid")
_ALL = INVOICE.where(invoice.c.account_id == bindparam("account_id"), order=invoice.c.id)


def read(tx: Transaction, account_id: int) -> Billing:
    """Return how an account pays."""
    return _BILLING_OF.first(tx, account_id=account_id) or Billing()


def invoices(tx: Transaction, account_id: int) -> Iterator[Invoice]:
    """Select all invoices now, oldest first. Each is made when it is asked for."""
    return (made for _, made in _ALL.lazily(tx, account_id=account_id))
