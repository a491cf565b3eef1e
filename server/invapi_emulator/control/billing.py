"""What an account owes, owns and has ordered: show it, pay an invoice from outside, set the credit (contract 11.7, 11.8)."""

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.actions.order_parameters import OrderParameters
from invapi_emulator.control.billing_views import (
    AllInvoices,
    AllOrders,
    BillingView,
    InvoiceView,
    Ledger,
    credit_of,
    invoice_view,
    order_view,
)
from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.control_errors import Conflict, NotFound
from invapi_emulator.domain.billing import Billing, Invoice
from invapi_emulator.domain.instants import iso
from invapi_emulator.domain.money import MOST as MOST_MONEY
from invapi_emulator.domain.money import Currency, money
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.renting.invoices import pay_from_outside
from invapi_emulator.storage import billing, events, orders
from invapi_emulator.whole_numbers import MOST, whole_number
from invapi_emulator.worlds.billing_schema import Amount
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps, each

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}", tags=["billing"], responses=failures(404)
)

InvoiceNumber = Annotated[
    str, Path(json_schema_extra={"pattern": "^[0-9]{1,16}$"}, description="the number of an invoice")
]


class BillingChange(BaseModel):
    """A field that is left out keeps its value. The currency can only change while nothing is ordered."""

    model_config = ConfigDict(extra="forbid")

    credit: Amount | None = None
    currency: Currency | None = None
    prepaid: Annotated[bool, Field(strict=True)] | None = None


@router.patch("", responses=failures(409, 422))
async def change_billing(name: NameInPath, change: BillingChange, worlds: TheWorlds) -> BillingView:
    """Set the account's credit, currency, or whether it prepays, which hourly periods ask for."""

    def work(context: AccountContext) -> BillingView:
        owned = billing.of_account(context.unit)
        told = change.model_dump(exclude_none=True)
        if told.get("currency", owned.currency) != owned.currency and orders.are_any(context.unit):
            raise Conflict("has_orders", f"the account has orders in {owned.currency}", "currency")
        changed = replace(owned, **told)
        changed = replace(changed, opening=owned.opening + changed.credit - owned.credit)
        if changed == owned:
            return BillingView(**credit_of(owned))
        billing.save(context.unit, changed)
        shown = credit_of(changed)
        events.record(context.unit, context.now, "billing_changed", **shown)
        return BillingView(**shown)

    return await worlds.within(name, work)


@router.get("/ledger", responses={200: {"model": Ledger}})
async def show_ledger(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show the account's credit, and all that has changed it."""

    def work(context: AccountContext) -> Steps[bytes]:
        found = billing.invoices(context.tx, context.account.id)
        return _writing_ledger(credit_of(billing.of_account(context.unit)), found)

    return await answered(request, worlds, name, work)


@router.get("/invoices", responses={200: {"model": AllInvoices}})
async def list_invoices(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show all invoices of the account with their lines and payments."""

    def work(context: AccountContext) -> Steps[bytes]:
        found = billing.invoices(context.tx, context.account.id)
        return writing({"invoices": (invoice_view(invoice).model_dump() for invoice in found)})

    return await answered(request, worlds, name, work)


@router.get("/orders", responses={200: {"model": AllOrders}})
async def list_orders(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show all orders of the account, also those whose server is gone."""

    def work(context: AccountContext) -> Steps[bytes]:
        found = orders.of_account(context.tx, context.account.id)
        return writing({"orders": (order_view(order).model_dump() for order in found)})

    return await answered(request, worlds, name, work)


@router.post("/invoices/{invoice_id}/pay", responses=failures(409))
async def pay(name: NameInPath, invoice_id: InvoiceNumber, worlds: TheWorlds) -> InvoiceView:
    """Pay an invoice from outside. The credit stays, unless the invoice adds some; a deploy that waits for it begins."""

    def work(context: AccountContext) -> InvoiceView:
        invoice = _invoice(context, invoice_id)
        if invoice.status != "Unpaid":
            reason: Literal["already_paid", "invoice_cancelled"] = (
                "already_paid" if invoice.status == "Paid" else "invoice_cancelled"
            )
            raise Conflict(reason, f"invoice {invoice.id} is {invoice.status}")
        _require_room_for(invoice, billing.of_account(context.unit))
        return invoice_view(pay_from_outside(context.unit, invoice, context.now, _paying_call(context)))

    return await worlds.within(name, work)


def _require_room_for(invoice: Invoice, owned: Billing) -> None:
    """Refuse to add funds to more credit than a world can have: nobody could import the account's export."""
    if invoice.adds_funds and owned.credit + invoice.total > MOST_MONEY:
        told = f"the account's credit would exceed {money(MOST_MONEY)}"
        raise Conflict("credit_too_large", told, "invoice_id")


def _paying_call(context: AccountContext) -> Call[Any]:
    """Return the call that a deploy belongs to, which begins with a payment from outside."""
    unit = context.unit
    return Call("eq", "order_instance", OrderParameters(), {}, unit.account, context.now, unit.real_now, "")


def _invoice(context: AccountContext, text: str) -> Invoice:
    try:
        number = whole_number(text)
    except ValueError:
        number = 0
    found = billing.find_invoice(context.unit, number) if number <= MOST else None
    if found is None:
        raise NotFound("invoice_not_found", f"account {context.account.name!r} has no invoice {text[:40]!r}")
    return found


def _writing_ledger(credit: dict[str, Any], invoices: Iterable[Invoice]) -> Steps[bytes]:
    changes = yield from each(
        invoices,
        lambda invoice: [(at, amount, invoice.id, count) for at, amount, count in invoice.credit_changes],
    )
    entries = sorted(chain.from_iterable(changes))
    written = (
        {"at": iso(at), "amount": money(amount), "invoice": number, "count": count}
        for at, amount, number, count in entries
    )
    return (yield from writing(credit | {"entries": written}))
