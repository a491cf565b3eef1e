"""Cancelling a server, and what goes with one that is gone (contract 11.6)."""

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import closed
from invapi_emulator.engine.renting.belongings import remove_belongings
from invapi_emulator.engine.renting.invoices import cancel_unpaid_of
from invapi_emulator.storage import events, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def remove_server(unit: UnitOfWork, vm_id: int, now: Instant) -> None:
    """Remove a server with its snapshots, settings, tasks and API keys. Its order ends, its unpaid invoices are cancelled."""
    remove_belongings(unit, vm_id)
    order = orders.of_server(unit, vm_id)
    if order is not None:
        cancel_unpaid_of(unit, order.id, now)
        orders.save(unit, closed(order))
    vms.drop(unit, vm_id)
    events.record(unit, now, "vm_removed", vm=vm_id)
