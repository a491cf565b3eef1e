"""How the control API shows credit, invoices and orders (contract 11.7)."""

from typing import Any

from pydantic import Field

from invapi_emulator.control.views import View
from invapi_emulator.domain.billing import Billing, Invoice, InvoiceStatus, PaidFrom
from invapi_emulator.domain.instants import iso, iso_or_none
from invapi_emulator.domain.money import Currency, money
from invapi_emulator.domain.orders import Order, OrderStatus, Period


class LineView(View):
    type: str
    product: int = Field(description="number of the service, 0 for none")
    server: int | None
    description: str
    amount: str


class PaymentView(View):
    at: str
    amount: str
    source: PaidFrom
    count: int = Field(description="number of payments that are told as this one")


class InvoiceView(View):
    id: int
    status: InvoiceStatus
    created_at: str
    total: str
    paid: str
    balance: str
    items: list[LineView]
    payments: list[PaymentView] = Field(description="those that the emulator has seen, oldest first")


class AllInvoices(View):
    invoices: list[InvoiceView] = Field(description="ascending by number")


class OrderView(View):
    id: int = Field(description="number of the service in billing")
    invoice: int
    server: int | None = Field(description="null until the order is paid")
    status: OrderStatus
    preset: str
    location: str
    os: str
    software: str
    traffic_plan: str
    hostname: str | None
    period: Period
    price: str = Field(description="of a period")
    created_at: str
    rent_since: str | None
    rent_due_at: str | None
    suspends_at: str | None
    key: str | None = Field(description="key of the task that deploys it")


class AllOrders(View):
    orders: list[OrderView] = Field(description="ascending by number")


class EntryView(View):
    at: str
    amount: str = Field(description="negative for credit that was spent")
    invoice: int
    count: int = Field(description="number of payments that are told as this one")


class BillingView(View):
    credit: str
    currency: Currency
    prepaid: bool
    opening: str = Field(description="the part of the credit that came from no invoice")


class Ledger(BillingView):
    """`credit` is `opening` and all `entries` together."""

    entries: list[EntryView] = Field(
        description="what payments added to the credit or took from it, in order of time"
    )


def credit_of(owned: Billing) -> dict[str, Any]:
    return {
        "credit": money(owned.credit),
        "currency": owned.currency,
        "prepaid": owned.prepaid,
        "opening": money(owned.opening),
    }


def invoice_view(invoice: Invoice) -> InvoiceView:
    return InvoiceView(
        id=invoice.id,
        status=invoice.status,
        created_at=iso(invoice.made_at),
        total=money(invoice.total),
        paid=money(invoice.paid),
        balance=money(invoice.balance),
        items=[
            LineView(
                type=item.type,
                product=item.product,
                server=item.server,
                description=item.description,
                amount=money(item.amount),
            )
            for item in invoice.items
        ],
        payments=[
            PaymentView(
                at=iso(payment.at), amount=money(payment.amount), source=payment.source, count=payment.count
            )
            for payment in invoice.payments
        ],
    )


def order_view(order: Order) -> OrderView:
    return OrderView(
        id=order.id,
        invoice=order.invoice,
        server=order.server,
        status=order.status,
        preset=order.preset,
        location=order.location,
        os=order.os,
        software=order.software,
        traffic_plan=order.traffic_plan,
        hostname=order.hostname,
        period=order.period,
        price=money(order.price),
        created_at=iso(order.made_at),
        rent_since=iso_or_none(order.rent_since),
        rent_due_at=iso_or_none(order.rent_due_at),
        suspends_at=iso_or_none(order.suspends_at),
        key=order.key,
    )
