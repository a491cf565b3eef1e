"""What falls due on its own: rents, suspensions, and cancellations at the end of a period (contract 11.7)."""

from typing import TypeAlias

from msgspec.structs import replace

from invapi_emulator.contract.assumptions.orders import UNPAID_RENEWAL
from invapi_emulator.domain.billing import HOSTING, MOST_INVOICES, InvoiceItem
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import SUSPENDED_AFTER, Order, renewed, unbilled
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.renting.invoices import new_invoice, pay_if_credit_suffices
from invapi_emulator.engine.renting.removal import remove_server
from invapi_emulator.engine.renting.suspension import suspend
from invapi_emulator.storage import billing, events, numbers, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

Due: TypeAlias = Order | VirtualMachine
"""An order that asks for something, or a cancelled server that goes."""


def first_due(unit: UnitOfWork, now: Instant, most: int) -> list[Due]:
    """Return the first `most` that are due by now, earliest first. Call this before the unit changes one."""
    found: list[Due] = [*vms.ending(unit, now, most), *orders.due(unit, now, most)]
    return sorted(found, key=lambda due: due_at(due) or now)[:most]


def due_at(due: Due) -> Instant | None:
    return due.next_at if isinstance(due, Order) else due.ends_at


def let_happen(unit: UnitOfWork, due: Due, at: Instant) -> Order | None:
    """Let what is due at a time happen. Return the order as it is then, None if it asks for nothing more."""
    if isinstance(due, VirtualMachine):
        remove_server(unit, due.id, at)
        return None
    order = orders.find(unit, due.id)
    if order is None or order.next_at != at:
        return None  # its server went, or its rent was paid, at this very time
    if order.suspends_at == at:
        suspend(unit, order, at)
    else:
        _renew(unit, order, at)
    return orders.find(unit, due.id)


def _renew(unit: UnitOfWork, order: Order, at: Instant) -> None:
    """Make the invoice of the period that begins, and pay it if the credit suffices. An account that is full of invoices gets none."""
    if billing.count(unit) >= MOST_INVOICES or not numbers.may_get_invoice(unit):
        orders.save(unit, unbilled(order))
        events.record(unit, at, "rents_ended", order=order.id, invoices=MOST_INVOICES)
        return
    orders.save(unit, renewed(order))
    vm = None if order.server is None else vms.held(unit, order.server)
    name = order.preset if vm is None else f"{order.preset} - {vm.hostname}"
    line = InvoiceItem(HOSTING, order.id, f"{name}, renewal", order.price, order.server)
    invoice = pay_if_credit_suffices(unit, new_invoice(unit, at, [line]), at)
    if invoice.status == "Unpaid" and unit.account.assumed[UNPAID_RENEWAL] == "suspends":
        _plan_suspension(unit, orders.load(unit, order.id), vm, at + SUSPENDED_AFTER)


def _plan_suspension(unit: UnitOfWork, order: Order, vm: VirtualMachine | None, at: Instant) -> None:
    """Plan the suspension of a server, unless it is suspended, or an earlier invoice has planned that."""
    if order.suspends_at is None and vm is not None and vm.phase == "rented":
        orders.save(unit, replace(order, suspends_at=at))
