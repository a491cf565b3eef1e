"""Change a VM: build it anew in steps, with other requests in between, and put it in the place of the former one at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from invapi_emulator.control.building import built
from invapi_emulator.control.views import writing_vm
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import callback_users, events, snapshots, stale_lists, task_lists, vms
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.worlds.build_context import BuildContext, present_context
from invapi_emulator.worlds.change import changing_vm
from invapi_emulator.worlds.held_world import held_vm
from invapi_emulator.worlds.load import OF_VMS, preparing_vm, store_vm
from invapi_emulator.worlds.others import Others, Source
from invapi_emulator.worlds.steps import Steps, at_once

TRIES = 3
"""Number of times that a VM is built in steps. If calls change it each time meanwhile, it is then built in one."""


@dataclass(frozen=True, slots=True)
class _Building:
    """The steps of a change. `basis` and `others` are what the built VM depends on."""

    vm_id: int
    basis: tuple[object, ...]
    others: Others
    context: BuildContext
    steps: Steps[WorldRows]


async def change_vm(
    worlds: Worlds, name: str, vm_id: str, change: Mapping[str, Any], begun: int
) -> Steps[bytes]:
    """Change a VM of the account `begun`; raise Unprocessable for an invalid change. Return the steps that write it as JSON."""
    for _ in range(TRIES):
        with worlds.lifecycle.nothing_done("before it had built the VM"):
            building = await worlds.within(name, partial(_begin, vm_id, change), begun=begun)
            rows = await built(worlds, building.context, building.steps)
        shown = await worlds.settle(name, partial(_replaced, building, rows), begun=begun)
        if shown is not None:
            return shown
    return await worlds.settle(name, partial(_changed_at_once, vm_id, change), begun=begun)


def _begin(vm_id: str, change: Mapping[str, Any], context: AccountContext) -> _Building:
    vm, now = context.vm_named(vm_id), context.now
    held = held_vm(context.unit, vm, now)
    others = Others(Source(context.tx), context.account, vm)
    building = present_context(others, now)

    def steps() -> Steps[WorldRows]:
        spec = yield from changing_vm(held, change, now)
        rows = yield from preparing_vm(spec, building)
        return rows

    return _Building(vm.id, _basis(context, vm, now), others, building, steps())


def _basis(context: AccountContext, vm: VirtualMachine, now: Instant) -> tuple[object, ...]:
    """Return what a VM is made of, and the last number that was given out."""
    unit = context.unit
    return (
        unit.account.generation,
        unit.account.behavior,
        unit.counters.sequence,
        unit.counters.objects_made,
        vm,
        snapshots.of_vm(unit, vm.id),
        dict(snapshots.settings_of_vm(unit, vm.id)),
        stale_lists.of_vm(unit, vm.id, now),
        task_lists.digests_of_vm(context.tx, unit.account, vm.id, now),
    )


def _replaced(building: _Building, rows: WorldRows, context: AccountContext) -> Steps[bytes] | None:
    """Replace the VM; return None, and change nothing, if it or the account has changed meanwhile."""
    vm = context.vm_named(str(building.vm_id))
    if _basis(context, vm, building.context.now) != building.basis:
        return None
    if not building.others.are_as_before(context.tx):
        return None
    users = callback_users.of_vm(context.tx, context.account, vm.id)
    vms.remove(context.tx, context.account.id, context.account.generation, vm.id)
    store_vm(context.tx, building.context, rows)
    callback_users.give_back(context.tx, context.account, users)
    context.unit.reload(*OF_VMS)
    events.record(context.unit, context.now, "vm_changed", vm=vm.id)
    return writing_vm(context, context.vm_named(str(vm.id)))


def _changed_at_once(vm_id: str, change: Mapping[str, Any], context: AccountContext) -> Steps[bytes]:
    building = _begin(vm_id, change, context)
    shown = _replaced(building, at_once(building.steps), context)
    assert shown is not None
    return shown
