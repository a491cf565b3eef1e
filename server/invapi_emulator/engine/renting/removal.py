"""Cancelling a server, and what goes with one that is gone (contract 11.6)."""

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import closed
from invapi_emulator.engine.renting.invoices import cancel_unpaid_of
from invapi_emulator.storage import (
    api_keys,
    events,
    orders,
    sessions,
    snapshots,
    stale_lists,
    tasks,
    vms,
)
from invapi_emulator.storage.unit_of_work import UnitOfWork


def remove_server(unit: UnitOfWork, vm_id: int, now: Instant) -> None:
    """Remove a server with its snapshots, settings, tasks and API keys. Its order ends, its unpaid invoices are cancelled."""
    for snapshot in snapshots.of_vm(unit, vm_id):
        snapshots.remove(unit, snapshot)
    snapshots.remove_settings(unit, vm_id)
    stale_lists.remove_of_vm(unit, vm_id)
    tasks.remove_of_vm(unit, vm_id)
    for key in api_keys.of_unit(unit):
        if key.server_id == vm_id:
            api_keys.remove(unit, key.id)
    sessions.close_to_server(unit, vm_id)
    order = orders.of_server(unit, vm_id)
    if order is not None:
        cancel_unpaid_of(unit, order.id, now)
        orders.save(unit, closed(order))
    vms.drop(unit, vm_id)
    events.record(unit, now, "vm_removed", vm=vm_id)
