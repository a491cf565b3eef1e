"""An account's VMs: show, add, change and remove them."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from invapi_emulator.actions.parameters import MAX_ID
from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import View, VmView, vm_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds, VmNumber
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.errors import Conflict, NotFound
from invapi_emulator.storage import api_keys, events, vms
from invapi_emulator.worlds.change import changed_vm
from invapi_emulator.worlds.load import load_vm
from invapi_emulator.worlds.schema import VmSpec

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["vms"], responses=failures(404))


class VmList(View):
    vms: list[VmView] = Field(description="ascending by id")


@router.get("/vms")
async def list_vms(name: NameInPath, worlds: TheWorlds) -> VmList:
    """Show all VMs of the account in full."""
    return await worlds.within(
        name,
        lambda context: VmList(
            vms=[vm_view(context, vm) for vm in vms.of_account(context.tx, context.account.id)]
        ),
    )


@router.post("/vms", status_code=201, responses=failures(409, 422))
async def add_vm(name: NameInPath, spec: VmSpec, worlds: TheWorlds) -> VmView:
    """Add a VM. The body is that of a VM in a world; only `id` is required. See docs/worlds.md."""

    def work(context: AccountContext) -> VmView:
        if vms.find(context.unit, spec.id) is not None:
            raise Conflict("vm_exists", f"account {name!r} already has a VM {spec.id}", "id")
        load_vm(context.tx, context.account, spec, context.now)
        _reload(context)
        events.record(context.unit, context.now, "vm_added", vm=spec.id)
        return _view(context, spec.id)

    return await worlds.settle(name, work)


@router.get("/vms/{vm_id}")
async def show_vm(name: NameInPath, vm_id: VmNumber, worlds: TheWorlds) -> VmView:
    """Show a VM in full: disk, memory, lock, snapshots, settings and tasks."""
    return await worlds.within(name, lambda context: vm_view(context, vm_named(context, vm_id)))


@router.patch("/vms/{vm_id}", responses=failures(422))
async def change_vm(name: NameInPath, vm_id: VmNumber, change: dict[str, Any], worlds: TheWorlds) -> VmView:
    """Change a VM. Omitted fields stay, also those within `disk` and `memory`; lists are replaced."""

    def work(context: AccountContext) -> VmView:
        vm = vm_named(context, vm_id)
        spec = changed_vm(context.unit, vm, change, context.now)
        vms.remove(context.tx, context.account.id, context.account.generation, vm.id)
        load_vm(context.tx, context.account, spec, context.now)
        _reload(context)
        events.record(context.unit, context.now, "vm_changed", vm=vm.id)
        return _view(context, vm.id)

    return await worlds.settle(name, work)


@router.delete("/vms/{vm_id}", status_code=204)
async def remove_vm(name: NameInPath, vm_id: VmNumber, worlds: TheWorlds) -> None:
    """Remove a VM with its snapshots, settings, tasks and API keys. The keys of those tasks become unknown."""

    def work(context: AccountContext) -> None:
        vm = vm_named(context, vm_id)
        vms.remove(context.tx, context.account.id, context.account.generation, vm.id)
        api_keys.remove_of_server(context.tx, context.account.id, vm.id)
        _reload(context)
        events.record(context.unit, context.now, "vm_removed", vm=vm.id)

    await worlds.within(name, work)


def vm_named(context: AccountContext, vm_id: str) -> VirtualMachine:
    """Return the VM that a path names; raise NotFound if the account has no VM with this id."""
    sane = vm_id.isascii() and vm_id.isdigit() and len(vm_id) <= len(str(MAX_ID)) and int(vm_id) <= MAX_ID
    vm = vms.find(context.unit, int(vm_id)) if sane else None
    if vm is None:
        raise NotFound("vm_not_found", f"account {context.account.name!r} has no VM {vm_id[:40]!r}")
    return vm


def _view(context: AccountContext, vm_id: int) -> VmView:
    return vm_view(context, vms.load(context.unit, vm_id))


def _reload(context: AccountContext) -> None:
    """Load the changes that were made with SQL into the unit of work."""
    context.unit.reload()
    context.unit.due_earlier = True
