"""An account's VMs: show, add, change and remove them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from invapi_emulator.control import changing
from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.large_bodies import JsonRoute, in_turns
from invapi_emulator.control.views import View, VmView, writing_vm, written_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds, VmNumber, Worlds
from invapi_emulator.control_errors import Conflict
from invapi_emulator.domain.instants import Instant
from invapi_emulator.engine.renting.removal import remove_server
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.world_size import is_large
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.fields import MAX_WORLD_PARTS
from invapi_emulator.worlds.held_world import HeldWorld
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.load import OF_VMS, load_vm
from invapi_emulator.worlds.schema import VmSpec
from invapi_emulator.worlds.steps import Steps

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}", tags=["vms"], responses=failures(404)
)


MOST_PARTS = 1_000
"""Maximum number of a VM's snapshots, settings, tasks and changes in a body, as it is stored in one step."""

_PARTS = ("snapshots", "settings", "tasks", "unlisted", "power_changes")


class VmList(View):
    vms: list[VmView] = Field(description="ascending by id")


@router.get("/vms", responses={200: {"model": VmList}})
async def list_vms(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show all VMs of the account in full."""

    def work(context: AccountContext) -> Steps[bytes]:
        return _writing(HeldWorld(context.tx, context.account, context.now), context.now)

    return await answered(request, worlds, name, work)


@router.post("/vms", status_code=201, responses={201: {"model": VmView}, **failures(409, 422)})
async def add_vm(name: NameInPath, spec: VmSpec, worlds: TheWorlds) -> Response:
    """Add a VM. The body is that of a VM in a world; only `id` is required. See docs/reference/worlds.md."""
    _check_size({part: getattr(spec, part) for part in _PARTS})

    def work(context: AccountContext) -> Steps[bytes]:
        if vms.held(context.unit, spec.id) is not None:
            raise Conflict("vm_exists", f"account {name!r} already has a VM {spec.id}", "id")
        if vms.counts(context.tx, [context.account.id]).get(context.account.id, 0) >= MAX_WORLD_PARTS:
            raise Conflict("too_many_vms", f"the account has {MAX_WORLD_PARTS} VMs, the maximum; remove some")
        load_vm(context.tx, context.account, spec, context.now)
        context.unit.reload(*OF_VMS)
        events.record(context.unit, context.now, "vm_added", vm=spec.id)
        return _view(context, spec.id)

    needed, begun = await worlds.within(name, _needs_turn)
    async with worlds.turns.turn_if(needed=needed):
        return await _changed(worlds, worlds.settle(name, work, begun=begun), 201)


@router.get("/vms/{vm_id}", responses={200: {"model": VmView}})
async def show_vm(request: Request, name: NameInPath, vm_id: VmNumber, worlds: TheWorlds) -> Response:
    """Show a VM in full: disk, memory, lock, snapshots, settings and tasks."""

    def work(context: AccountContext) -> Steps[bytes]:
        return writing_vm(context, context.vm_named(vm_id))

    return await answered(request, worlds, name, work, is_large=_is_large(vm_id))


@router.patch("/vms/{vm_id}", responses={200: {"model": VmView}, **failures(422)})
async def change_vm(name: NameInPath, vm_id: VmNumber, change: dict[str, Any], worlds: TheWorlds) -> Response:
    """Change a VM. Omitted fields stay, also those within `disk` and `memory`; lists are replaced."""
    _check_size(change)
    needed, begun = await worlds.within(name, _needs_turn)
    async with worlds.turns.turn_if(needed=needed):
        return await _changed(worlds, changing.change_vm(worlds, name, vm_id, change, begun))


@router.delete("/vms/{vm_id}", status_code=204)
async def remove_vm(name: NameInPath, vm_id: VmNumber, worlds: TheWorlds) -> None:
    """Remove a VM with its snapshots, settings, tasks and API keys. The keys of those tasks become unknown, its order ends."""

    def work(context: AccountContext) -> None:
        vm = context.vm_named(vm_id)
        remove_server(context.unit, vm.id, context.now)

    await worlds.within(name, work)


def _writing(world: HeldWorld, now: Instant) -> Steps[bytes]:
    found = yield from world.by_vm()
    text = yield from writing({"vms": (written_view(held, now) for held in found)})
    return text


def _check_size(sent: Mapping[str, Any]) -> None:
    """Raise Unprocessable for too many parts. It names the first of the longest lists."""
    sizes = {part: len(sent[part]) for part in _PARTS if isinstance(sent.get(part), list | tuple | dict)}
    if sum(sizes.values()) > MOST_PARTS:
        longest = max(sizes, key=lambda part: sizes[part])
        accepted = f"at most {MOST_PARTS} {', '.join(_PARTS)} are allowed together; PUT …/state takes more"
        raise error_at(longest, f"{sizes[longest]} entries", accepted)


def _view(context: AccountContext, vm_id: int) -> Steps[bytes]:
    return writing_vm(context, context.vm_named(str(vm_id)))


def _needs_turn(context: AccountContext) -> tuple[bool, int]:
    """Return whether a change to a VM has to wait for its turn, as in a large account, and the account's id."""
    return is_large(context.tx, context.account.id), context.account.id


def _is_large(vm_id: str) -> Callable[[AccountContext], bool]:
    return lambda context: is_large(context.tx, context.account.id, context.vm_named(vm_id).id)


async def _changed(worlds: Worlds, change: Awaitable[Steps[bytes]], status: int = 200) -> Response:
    """Change a VM, and answer with it as it is then."""
    return worlds.turns.answer(await in_turns(await change), status)
