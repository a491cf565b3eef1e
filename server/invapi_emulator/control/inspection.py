"""Looking at an account's VMs and tasks."""

from fastapi import APIRouter

from invapi_emulator.control.views import TaskView, View, VmView, task_view, vm_view
from invapi_emulator.control.worlds import TheWorlds, World
from invapi_emulator.domain.tasks import has_aged_out
from invapi_emulator.errors import NotFound
from invapi_emulator.modules.parameters import MAX_ID
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage import tasks, vms

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["inspection"])


class VmList(View):
    vms: list[VmView]
    """ascending by id"""


class TaskList(View):
    tasks: list[TaskView]
    """in the order they were started"""


@router.get("/vms")
async def list_vms(name: str, worlds: TheWorlds) -> VmList:
    """Show all VMs of the account, each whole."""
    return await worlds.within(
        name,
        lambda world: VmList(vms=[vm_view(world, vm) for vm in vms.of_account(world.tx, world.account.id)]),
    )


@router.get("/vms/{vm_id}")
async def show_vm(name: str, vm_id: str, worlds: TheWorlds) -> VmView:
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


@router.get("/tasks")
async def list_tasks(name: str, worlds: TheWorlds) -> TaskList:
    """Show the account's tasks, ended ones too until their keys age out."""

    def work(world: World) -> TaskList:
        kept = tasks.of_account(world.tx, world.account.id, world.now)
        return TaskList(tasks=[task_view(task, world.now) for task in kept])

    return await worlds.within(name, work)


@router.get("/tasks/{key}")
async def show_task(name: str, key: str, worlds: TheWorlds) -> TaskView:
    """Show a task: its stage, its progress, when it is due or ended, why it failed."""

    def work(world: World) -> TaskView:
        task = tasks.by_key(world.tx, world.account.id, key) if is_task_key(key) else None
        if task is None or has_aged_out(task, world.now):
            raise NotFound("task_not_found", f"account {name!r} has no task {key[:40]!r}")
        return task_view(task, world.now)

    return await worlds.within(name, work)
