"""Credit and invoices in world files and exports."""

from collections.abc import Iterator
from typing import Any

from invapi_emulator.domain.billing import (
    HOSTING,
    Billing,
    Invoice,
    Payment,
    credit_of,
)
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.money import MOST as MOST_MONEY
from invapi_emulator.domain.money import money
from invapi_emulator.storage.billing import BILLING, INVOICE
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.worlds.billing_schema import BillingSpec, InvoiceSpec, lines_of, payments_of
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.steps import Steps, each


def build_billing(spec: BillingSpec, building: BuildContext, rows: WorldRows) -> Steps[None]:
    """Add the rows of credit and invoices. Raise Unprocessable for a contradiction."""

    def build(number: int) -> Invoice:
        place = f"invoices.{number}"
        described = spec.invoices[number]
        building.invoices.of("invoice", described.id, f"{place}.id")
        invoice = _invoice(described, building, place)
        rows.add(INVOICE, (invoice.id,), invoice)
        return invoice

    invoices = yield from each(range(len(spec.invoices)), build)
    told = spec.model_dump(include={"credit", "currency", "prepaid"}, exclude_none=True)
    billing = Billing(**told)
    opening = billing.credit - credit_of(0, invoices)
    rows.add(BILLING, (), Billing(billing.credit, billing.currency, billing.prepaid, opening))


def written_billing(billing: Billing, invoices: Iterator[Invoice]) -> dict[str, Any]:
    """Return credit and invoices as a world has them."""
    return {
        "credit": money(billing.credit),
        "currency": billing.currency,
        "prepaid": billing.prepaid,
        "invoices": map(_written, invoices),
    }


def _invoice(spec: InvoiceSpec, building: BuildContext, place: str) -> Invoice:
    items, payments = lines_of(spec), payments_of(spec)
    for number, item in enumerate(items):
        if item.type == HOSTING and item.product == 0:
            raise error_at(f"{place}.items.{number}.product", 0, f"a line of type {HOSTING} is for a service")
    total = sum(item.amount for item in items)
    paid = (total if spec.status == "Paid" else 0) if spec.paid is None else spec.paid
    if total > MOST_MONEY:
        raise error_at(f"{place}.items", money(total), f"together at most {money(MOST_MONEY)}")
    now, made_at = building.now, building.made_at(spec.created_at, spec.age_seconds)
    if made_at > now:
        raise too_late(f"{place}.created_at", made_at, now)
    if paid > total or (spec.status == "Paid" and paid < total):
        accepted = f"at most the total, {money(total)}" if paid > total else f"{money(total)}, as it is Paid"
        raise error_at(f"{place}.paid", money(paid), accepted)
    return Invoice(spec.id, spec.status, made_at, paid, items, _checked(payments, paid, now, place))


def _checked(payments: tuple[Payment, ...], paid: int, now: Instant, place: str) -> tuple[Payment, ...]:
    for number, payment in enumerate(payments):
        if payment.at > now:
            raise too_late(f"{place}.payments.{number}.at", payment.at, now)
    seen = sum(payment.amount for payment in payments)
    if seen > paid:
        raise error_at(f"{place}.payments", money(seen), f"together at most {money(paid)}, what is paid")
    return payments


def _written(invoice: Invoice) -> dict[str, Any]:
    payments = [
        {"at": iso(payment.at), "amount": money(payment.amount), "source": payment.source}
        | ({"count": payment.count} if payment.count > 1 else {})
        for payment in invoice.payments
    ]
    return {
        "id": invoice.id,
        "status": invoice.status,
        "created_at": iso(invoice.made_at),
        "paid": money(invoice.paid),
        "items": [
            {
                "type": item.type,
                "product": item.product,
                "server": item.server,
                "description": item.description,
                "amount": money(item.amount),
            }
            for item in invoice.items
        ],
    } | ({"payments": payments} if payments else {})
