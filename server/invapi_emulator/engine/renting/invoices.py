"""Making invoices, and paying them: from the account's credit, or from outside (contract 11.2, 11.6, 11.7)."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from invapi_emulator.domain.billing import HOSTING, Invoice, InvoiceItem, paid
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.money import Cents, money
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.renting.deploy import begin_deploy
from invapi_emulator.engine.renting.suspension import resume
from invapi_emulator.storage import billing, events, numbers, orders
from invapi_emulator.storage.unit_of_work import UnitOfWork

BEFORE_FIRST_INVOICE = 100_000
"""Invoices that the emulator makes have larger numbers. A world's own may have any."""


def new_invoice(unit: UnitOfWork, now: Instant, items: Sequence[InvoiceItem]) -> Invoice:
    """Make an unpaid invoice."""
    made = Invoice(_free_number(unit), "Unpaid", now, 0, tuple(items))
    billing.add_invoice(unit, made)
    events.record(unit, now, "invoice_made", invoice=made.id, total=money(made.total))
    return made


def pay_if_credit_suffices(
    unit: UnitOfWork, invoice: Invoice, now: Instant, call: Call[Any] | None = None
) -> Invoice:
    """Return the invoice, paid from the credit if there is enough for all of it."""
    if billing.of_account(unit).credit < invoice.balance:
        return invoice
    return pay_from_credit(unit, invoice, invoice.balance, now, call)


def pay_from_credit(
    unit: UnitOfWork, invoice: Invoice, amount: Cents, now: Instant, call: Call[Any] | None = None
) -> Invoice:
    """Pay an amount of an invoice, of which the account has the credit and the invoice the balance.

    `call` is the one that pays. A deploy that begins with the payment belongs to it.
    """
    owned = billing.of_account(unit)
    billing.save(unit, replace(owned, credit=owned.credit - amount))
    return _pay(unit, paid(invoice, amount, "credit", now), amount, call)


def pay_from_outside(unit: UnitOfWork, invoice: Invoice, now: Instant, call: Call[Any]) -> Invoice:
    """Pay all that an invoice still asks for. The credit stays, unless the invoice is there to add some."""
    return _pay(unit, paid(invoice, invoice.balance, "outside", now), invoice.balance, call)


def server_of(unit: UnitOfWork, item: InvoiceItem) -> int | None:
    """Return the id of the server that a line is for, once it is deployed."""
    order = orders.find(unit, item.product)
    if item.server is not None or order is None:
        return item.server
    return order.server if order.status in {"active", "cancelled"} else None


def cancel_unpaid_of(unit: UnitOfWork, service: int, now: Instant) -> None:
    """Cancel the unpaid invoices that are for one service alone. What was paid of them stays paid."""
    for invoice in billing.unpaid_of(unit, service):
        if {item.product for item in invoice.items if item.type == HOSTING} == {service}:
            billing.save_invoice(unit, replace(invoice, status="Cancelled"))
            events.record(unit, now, "invoice_cancelled", invoice=invoice.id)


def _free_number(unit: UnitOfWork) -> int:
    number = BEFORE_FIRST_INVOICE + numbers.next_invoice(unit)
    while billing.find_invoice(unit, number) is not None:
        number = BEFORE_FIRST_INVOICE + numbers.next_invoice(unit)
    return number


def _pay(unit: UnitOfWork, changed: Invoice, amount: Cents, call: Call[Any] | None) -> Invoice:
    payment = changed.payments[-1]
    billing.save_invoice(unit, changed)
    events.record(
        unit, payment.at, "invoice_paid",
        invoice=changed.id, amount=money(amount), source=payment.source, status=changed.status,
    )  # fmt: skip
    if changed.status == "Paid":
        _provide(unit, changed, payment.at, call)
    return billing.load_invoice(unit, changed.id)


def _provide(unit: UnitOfWork, invoice: Invoice, now: Instant, call: Call[Any] | None) -> None:
    """Give what an invoice was paid for: credit, a deploy, or the use of a suspended server."""
    if invoice.added:
        owned = billing.of_account(unit)
        billing.save(unit, replace(owned, credit=owned.credit + invoice.added))
    for number in dict.fromkeys(item.product for item in invoice.items if item.type == HOSTING):
        order = orders.find(unit, number)
        if order is None:
            continue
        if order.status == "awaiting_payment" and order.invoice == invoice.id and call is not None:
            begin_deploy(unit, order, call)
        elif order.status == "active" and not billing.is_unpaid(unit, number):
            resume(unit, order, now)
