"""Looking at an account's VMs."""

from fastapi import APIRouter

from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import View, VmView, vm_view
from invapi_emulator.control.worlds import AccountName, TheWorlds, VmNumber, World
from invapi_emulator.errors import NotFound
from invapi_emulator.modules.parameters import MAX_ID
from invapi_emulator.storage import vms

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["vms"], responses=failures(404))


class VmList(View):
    vms: list[VmView]
    """ascending by id"""


@router.get("/vms")
async def list_vms(name: AccountName, worlds: TheWorlds) -> VmList:
    """Show all VMs of the account, each whole."""
    return await worlds.within(
        name,
        lambda world: VmList(vms=[vm_view(world, vm) for vm in vms.of_account(world.tx, world.account.id)]),
    )


@router.get("/vms/{vm_id}")
async def show_vm(name: AccountName, vm_id: VmNumber, worlds: TheWorlds) -> VmView:
    """Show a VM whole: disk, memory, lock, snapshots, settings, tasks."""

    def work(world: World) -> VmView:
        known = (
            vm_id.isascii() and vm_id.isdigit() and len(vm_id) <= len(str(MAX_ID)) and int(vm_id) <= MAX_ID
        )
        vm = vms.find(world.tx, world.account.id, int(vm_id)) if known else None
        if vm is None:
            raise NotFound("vm_not_found", f"account {name!r} has no VM {vm_id[:40]!r}")
        return vm_view(world, vm)

    return await worlds.within(name, work)
