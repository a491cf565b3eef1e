"""Credit and invoices in world files and exports."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from invapi_emulator.domain.billing import Billing, Invoice, InvoiceItem, InvoiceStatus
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.money import Currency, money, parse_money
from invapi_emulator.storage.billing import BILLING, INVOICE
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.fields import Part, PastTimestamp, PositiveInt, Several, Text

MOST_INVOICES = 1_000
MOST_ITEMS = 20

_AMOUNT = WithJsonSchema(
    {"type": ["string", "number"], "description": "an amount with at most two decimal places, such as 150.50"}
)
Amount = Annotated[int, BeforeValidator(parse_money), _AMOUNT]


class InvoiceItemSpec(Part):
    """A line of an invoice. `product` is the service that it is for, `server` the VM, once there is one."""

    type: Text = "Hosting"
    product: PositiveInt
    server: PositiveInt | None = None
    description: Text = "Server"
    amount: Annotated[Amount, Field(ge=0)]


class InvoiceSpec(Part):
    """An invoice. `paid` defaults to all of one that is Paid, and to nothing of another."""

    id: PositiveInt
    status: InvoiceStatus = "Unpaid"
    created_at: PastTimestamp | None = None
    paid: Annotated[Amount, Field(ge=0)] | None = None
    items: Annotated[Several[InvoiceItemSpec], Field(min_length=1, max_length=MOST_ITEMS)]


class BillingSpec(Part):
    """What an account owns and owes."""

    credit: Amount | None = None
    currency: Currency | None = None
    prepaid: Annotated[bool, Field(strict=True)] | None = None
    invoices: Annotated[Several[InvoiceSpec], Field(max_length=MOST_INVOICES)] = ()


def add_billing(rows: WorldRows, spec: BillingSpec, now: Instant) -> None:
    """Add the rows of credit and invoices. Raise Unprocessable for a contradiction."""
    told = spec.model_dump(include={"credit", "currency", "prepaid"}, exclude_none=True)
    if told:
        rows.add(BILLING, (), Billing(**told))
    taken = set[int]()
    for number, each in enumerate(spec.invoices):
        place = f"invoices.{number}"
        if each.id in taken:
            raise error_at(f"{place}.id", each.id, "another invoice of this world has this id")
        taken.add(each.id)
        rows.add(INVOICE, (each.id,), _invoice(each, now, place))


def written_billing(billing: Billing, invoices: Sequence[Invoice]) -> dict[str, Any]:
    """Return credit and invoices as a world has them."""
    return {
        "credit": money(billing.credit),
        "currency": billing.currency,
        "prepaid": billing.prepaid,
        "invoices": [_written(invoice) for invoice in invoices],
    }


def _invoice(spec: InvoiceSpec, now: Instant, place: str) -> Invoice:
    items = tuple(InvoiceItem(**item.model_dump()) for item in spec.items)
    total = sum(item.amount for item in items)
    paid = (total if spec.status == "Paid" else 0) if spec.paid is None else spec.paid
    made_at = now if spec.created_at is None else spec.created_at
    if made_at > now:
        raise too_late(f"{place}.created_at", made_at, now)
    if paid > total or (spec.status == "Paid" and paid < total):
        accepted = f"at most the total, {money(total)}" if paid > total else f"{money(total)}, as it is Paid"
        raise error_at(f"{place}.paid", money(paid), accepted)
    return Invoice(spec.id, spec.status, made_at, paid, items)


def _written(invoice: Invoice) -> dict[str, Any]:
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
    }
