"""The page of orders and invoices: credit, orders without a server, rented servers, invoices."""

from dataclasses import dataclass
from typing import Any, get_args

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.frame import frame_of
from invapi_emulator.dashboard.paging import Part, part_of
from invapi_emulator.dashboard.rents import Ordered, Rented, open_orders, rented
from invapi_emulator.domain.billing import Invoice, InvoiceItem, InvoiceStatus
from invapi_emulator.domain.catalogue import Catalogue, OperatingSystem, Preset
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.orders import Period
from invapi_emulator.engine.renting.invoices import server_of
from invapi_emulator.storage import billing, billing_lists, orders, vms

SHOWN = 24
"""Maximum number of orders, of servers and of invoices on the page."""


STATUSES: tuple[InvoiceStatus, ...] = get_args(InvoiceStatus)


@dataclass(frozen=True, slots=True)
class OrdersView:
    """The parts of the lists that a person looks at: the ids that they begin with, 0 for the beginning.

    `status` is that of the invoices to show, None for all.
    """

    order: int = 0
    server: int = 0
    invoice: int = 0
    status: InvoiceStatus | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server can be ordered with. Not all of it fits together: a call that asks for what does not is refused."""

    presets: list[Preset]
    locations: list[str]
    systems: list[OperatingSystem]
    periods: tuple[Period, ...] = get_args(Period)


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice. `lines` are its items, each with the server that it is for, once there is one."""

    invoice: Invoice
    lines: list[tuple[InvoiceItem, int | None]]


def gather_orders(context: AccountContext, wanted: OrdersView) -> dict[str, Any]:
    """Return the values for the template."""
    return frame_of(context) | {
        "billing": billing.of_account(context.unit),
        "orders": _orders(context, wanted.order),
        "servers": _servers(context, wanted.server),
        "invoices": _invoices(context, wanted.invoice, wanted.status),
        "status": wanted.status,
        "statuses": STATUSES,
        "offer": _offer(catalogue_of(context.account)),
    }


def _offer(catalogue: Catalogue) -> Offer:
    presets = [preset for preset in catalogue.presets if preset.active]
    return Offer(
        presets=presets,
        locations=list(dict.fromkeys(location for preset in presets for location in preset.prices)),
        systems=[os for os in catalogue.os if os.active],
    )


def _orders(context: AccountContext, first: int) -> Part[Ordered]:
    part = part_of(orders.open_numbers(context.unit), first, SHOWN, newest_first=True)
    return Part(open_orders(context, part.rows), part.before, part.after, part.total)


def _servers(context: AccountContext, first: int) -> Part[Rented]:
    part = part_of(vms.delivered_ids(context.unit), first, SHOWN)
    found = (vms.held(context.unit, vm_id) for vm_id in part.rows)
    return Part([rented(context, vm) for vm in found if vm is not None], part.before, part.after, part.total)


def _invoices(context: AccountContext, first: int, status: InvoiceStatus | None) -> Part[Billed]:
    tx, account_id = context.tx, context.account.id
    found = billing_lists.newest(tx, account_id, SHOWN + 1, up_to=first, status=status)
    newer = billing_lists.numbers_after(tx, account_id, first, SHOWN, status) if first else []
    return Part(
        rows=[_billed(context, invoice) for invoice in found[:SHOWN]],
        before=newer[-1] if newer else None,
        after=found[SHOWN].id if len(found) > SHOWN else None,
        total=billing_lists.count(context.unit, status),
    )


def _billed(context: AccountContext, invoice: Invoice) -> Billed:
    return Billed(invoice, [(item, server_of(context.unit, item)) for item in invoice.items])
