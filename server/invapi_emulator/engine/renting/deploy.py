"""Deploying the server of an order that is paid: the task, its end, and what a failure leaves (contract 11.3)."""

from typing import Any

import orjson
from msgspec.structs import replace

from invapi_emulator.domain.addresses import free_address
from invapi_emulator.domain.catalogue import Preset, preset_named
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.deployment import Identity, deployed, deploying
from invapi_emulator.domain.orders import Order, begun
from invapi_emulator.domain.tasks import Stage, Task
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.renting.belongings import remove_belongings
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import callbacks, events, numbers, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_indexes import CHOSEN_ADDRESSES
from invapi_emulator.whole_numbers import MAX_NUMBER

BEFORE_FIRST_ORDER = 30_000
_BEFORE_FIRST_SERVER = 50_000
"""Orders and their servers have larger ids. A world's own may have any."""


def begin_deploy(unit: UnitOfWork, order: Order, call: Call[Any]) -> str:
    """Start the deploy of an order that has just been paid. Return its key.

    `call` is the one that paid. Fault rules match the deploy as a task of `eq/order_instance`.
    """
    preset = preset_named(catalogue_of(unit.account), order.preset)
    assert preset is not None, "an order is of a preset in the account's catalogue"
    vm = deploying(order, preset, _identity(unit, order, preset), call.now)
    vms.add(unit, vm)
    order = replace(order, server=vm.id, status="deploying")
    orders.save(unit, order)
    task = replace(call, module="eq", action="order_instance")
    key = start_task(unit, task, vm, callback_url=order.callback_url, **access_to(vm))
    orders.save(unit, replace(order, key=key))
    return key


def is_deploy(task: Task) -> bool:
    return (task.module, task.action) == ("eq", "order_instance")


def access_to(vm: VirtualMachine) -> dict[str, str]:
    """Return what the context of a deploy or reinstall has beside its action, server and location."""
    return {"ip": vm.ip, "port": "eth0", "User": "admin", "password": "censored"}


def finish_deploy(unit: UnitOfWork, work: Work) -> Outcome:
    """Hand the server over: installed, on, with its hostname. Its rent begins now."""
    vm = deployed(work.vm, work.now)
    order = begun(_order_of(unit, work), work.now)
    orders.save(unit, order)
    events.record(unit, work.now, "deployed", vm=vm.id, order=order.id, invoice=order.invoice)
    owe_callback(unit, work, order.invoice)
    return Outcome(vm, scope_of(vm, order.os), "Task completed successfully. Server deployed.")


def owe_callback(unit: UnitOfWork, work: Work, invoice: int) -> None:
    """Let the URL be called that the task of a deploy or reinstall has."""
    url = work.task.callback_url
    if url is not None:
        callbacks.add(unit, url, work.vm.id, invoice, "deploy_done", made_at=work.now)


def scope_of(vm: VirtualMachine, os: str) -> str:
    """Return the scope that tells of a deployed or reinstalled server, as JSON."""
    told = {"id": vm.id, "location": vm.location, "preset": vm.preset, "ip": vm.ip, "os": os}
    return orjson.dumps(told | {"status": "deploy_done"}).decode()


def leave_deploy(unit: UnitOfWork, work: Work) -> None:
    """Remove the server. The order stays without one, and paid (contract 11.7)."""
    order = _order_of(unit, work)
    orders.save(unit, replace(order, status="failed", server=None))
    remove_belongings(unit, work.vm.id, kept_task=work.task.key)
    vms.drop(unit, work.vm.id)
    events.record(unit, work.now, "deploy_failed", vm=work.vm.id, order=order.id, invoice=order.invoice)


def _order_of(unit: UnitOfWork, work: Work) -> Order:
    order = orders.of_server(unit, work.vm.id)
    assert order is not None, "a server that is being deployed has an order"
    return order


def _identity(unit: UnitOfWork, order: Order, preset: Preset) -> Identity:
    """Return what is chosen for a new server. All of it repeats with the seed."""
    number, chance = _free_id(unit, order), chance_of(unit.account)
    digits = chance.hex(6, "vm", number, "mac")
    vendor = "fa:16:3e" if preset.virtual else "ac:1f:6b"
    return Identity(
        id=number,
        uuid=chance.uuid("vm", number, "uuid"),
        ip=free_address(number, unit.index(CHOSEN_ADDRESSES)),
        mac=":".join((vendor, digits[:2], digits[2:4], digits[4:])),
        hostname_tag=numbers.next_object(unit),
        os_tag=numbers.next_object(unit),
        fingerprint=chance.hex(16, "vm", number, "disk", "deployed"),
    )


def _free_id(unit: UnitOfWork, order: Order) -> int:
    """Return the id that goes with an order's number; if a server has or had that, one that no other order will get."""
    number = order.id - BEFORE_FIRST_ORDER + _BEFORE_FIRST_SERVER
    while number > MAX_NUMBER or vms.held(unit, number) is not None or orders.had_server(unit, number):
        number = _BEFORE_FIRST_SERVER + numbers.next_order(unit)
    return number


KIND = Kind(
    (Stage("reserve hardware", 60), Stage("install", 600, 0.9), Stage("configure", 45)),
    finish_deploy,
    leave=leave_deploy,
    context_action="deploy",
    installs=True,
)
"""10 to 30 minutes for disks of up to 1 TB."""
