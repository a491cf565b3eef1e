"""What an account has ordered and rents, as the page shows it."""

from dataclasses import dataclass

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.machines import Lock, lock_of
from invapi_emulator.domain.billing import Billing, Invoice
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import Order
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import billing, billing_lists, orders


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order without a server yet. `invoice` is its first one, `deploy` the progress of its deploy."""

    order: Order
    invoice: Invoice | None
    deploy: Lock | None


@dataclass(frozen=True, slots=True)
class Rented:
    """A server with its order, or None for one that no order made, and when its rent falls due."""

    vm: VirtualMachine
    order: Order | None
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Owed:
    """An account's money in short: `waiting` orders have no server yet, `unpaid` invoices are not paid in full."""

    billing: Billing
    waiting: int
    unpaid: int


def open_orders(context: AccountContext, numbers: list[int]) -> list[Ordered]:
    """Return the orders with these numbers, in the same order."""
    found = [orders.load(context.unit, number) for number in numbers]
    invoices = billing_lists.with_numbers(context.tx, context.account.id, [each.invoice for each in found])
    return [Ordered(each, invoices.get(each.invoice), lock_of(context, each.key)) for each in found]


def rented(context: AccountContext, vm: VirtualMachine) -> Rented:
    unit = context.unit
    return Rented(vm, orders.of_server(unit, vm.id), orders.rent_due_at(unit, vm, context.now))


def owed(context: AccountContext) -> Owed:
    unpaid = billing_lists.count(context.unit, "Unpaid")
    return Owed(billing.of_account(context.unit), len(orders.open_numbers(context.unit)), unpaid)
