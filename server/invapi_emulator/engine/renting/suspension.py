"""Suspending a server whose rent is unpaid, and giving it back (contract 11.7, assumption A-45)."""

from msgspec.structs import replace

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import Order
from invapi_emulator.domain.virtual_machines import powered_off, powered_on
from invapi_emulator.storage import events, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def suspend(unit: UnitOfWork, order: Order, now: Instant) -> None:
    """Power the order's server off until its rent is paid. A task under way on it goes on."""
    orders.save(unit, replace(order, suspends_at=None))
    vm = None if order.server is None else vms.held(unit, order.server)
    if vm is not None and vm.phase == "rented":
        vms.save(unit, replace(powered_off(vm, now), phase="suspended"))
        events.record(unit, now, "suspended", vm=vm.id, order=order.id)


def resume(unit: UnitOfWork, order: Order, now: Instant) -> None:
    """Take back a suspension, if there is one or one is to come. The server is powered on again."""
    if order.suspends_at is not None:
        orders.save(unit, replace(order, suspends_at=None))
    vm = None if order.server is None else vms.held(unit, order.server)
    if vm is not None and vm.phase == "suspended":
        vms.save(unit, powered_on(replace(vm, phase="rented"), now))
        events.record(unit, now, "resumed", vm=vm.id, order=order.id)
