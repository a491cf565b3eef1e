"""`eq.php` `reinstall`: installs a server anew; its disk is lost (contract 11.4)."""

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.actions.answers import KEY, Part, TaskKey
from invapi_emulator.actions.lock_refusals import require_changeable, require_in_use
from invapi_emulator.actions.order_choice import require_key, wanted_os, wanted_software
from invapi_emulator.actions.order_parameters import InstallParameters
from invapi_emulator.actions.parameters import VmId
from invapi_emulator.actions.server_ids import wire_id
from invapi_emulator.actions.vm.lists import take_out
from invapi_emulator.contract.assumptions.orders import SNAPSHOTS_OF_A_REINSTALL
from invapi_emulator.domain.catalogue import is_sold, preset_named
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.deployment import reinstalled
from invapi_emulator.domain.order_rules import require_fit, sold_preset
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine, damaged
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.renting.deploy import access_to, owe_callback, scope_of
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.errors import NotCompatible
from invapi_emulator.storage import events, orders, snapshots, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REFUSAL = "failed to request reinstall for"


class ReinstallParameters(InstallParameters):
    id: VmId


class Reinstalling(Part):
    result: Literal["OK"]
    action: Literal["reinstall"]
    stage: Literal["create_pxe"]
    id: int
    callback: TaskKey


class Installation(Struct, frozen=True):
    """A reinstall that has begun: the server's id as answers write it, the task's key, and what is installed."""

    wire_id: int | str
    key: str
    os: str
    software: str


def reinstall(unit: UnitOfWork, call: Call[ReinstallParameters]) -> Body:
    begun = reinstall_server(unit, call, call.params.id)
    return {
        "result": "OK",
        "action": "reinstall",
        "stage": "create_pxe",
        "id": begun.wire_id,
        "callback": begun.key,
    }


def reinstall_server(unit: UnitOfWork, call: Call[Any], vm_id: int) -> Installation:
    """Start the reinstall that the parameters of the call ask for.

    Fault rules match it as a task of `eq/reinstall`, whichever action asked.
    """
    vm, wanted = vms.load(unit, vm_id), call.params
    os, software = _fitting(unit, vm, wanted)
    require_key(unit, wanted.ssh_key)
    require_in_use(vm)
    require_changeable(unit, vm)
    installed = {"os_name": os, "soft_name": software, "hostname": wanted.hostname}
    told = {name: value for name, value in installed.items() if value}
    task = replace(call, module="eq", action="reinstall")
    key = start_task(unit, task, vm, callback_url=wanted.post_install_callback, **access_to(vm), **told)
    return Installation(wire_id(call.account.assumed, vm.id), key, os, software)


def _fitting(unit: UnitOfWork, vm: VirtualMachine, wanted: InstallParameters) -> tuple[str, str]:
    """Return the names of system and software, which are empty without one. Raise the refusals of contract 11.1."""
    catalogue, of = catalogue_of(unit.account), f"server eq:{vm.id}"
    if wanted.preset is not None and sold_preset(catalogue, wanted.preset).name != vm.preset:
        raise NotCompatible(f"preset {wanted.preset} is not compatible with {of}")
    os, software = wanted_os(catalogue, wanted), wanted_software(catalogue, wanted)
    preset = preset_named(catalogue, vm.preset)
    if preset is not None and is_sold(preset, vm.location):  # a world's server may be of any other
        for addition in (os, software):
            if addition is not None:
                require_fit(addition, preset, vm.location, "monthly", of)
    return os.name if os else "", software.name if software else ""


def finish_reinstall(unit: UnitOfWork, work: Work) -> Outcome:
    """Wipe the disk and install the system. Id and address stay; the hostname too, unless another is wanted."""
    os, hostname = str(work.task.context.get("os_name", "")), work.task.context.get("hostname")
    fingerprint = work.chance.hex(16, "vm", work.vm.id, "disk", "reinstalled", work.task.sequence)
    vm = reinstalled(work.vm, fingerprint, os, None if hostname is None else str(hostname), work.now)
    if work.account.assumed[SNAPSHOTS_OF_A_REINSTALL] == "deleted":
        take_out(unit, work.now, snapshots.of_vm(unit, vm.id))
    events.record(unit, work.now, "reinstalled", vm=vm.id, os=os)
    order = orders.of_server(unit, vm.id)
    owe_callback(unit, work, 0 if order is None else order.invoice)
    return Outcome(vm, scope_of(vm, os), "Task completed successfully. Server deployed.")


ACTION = Action(
    module="eq",
    name="reinstall",
    label="Reinstall server",
    clause="11.4",
    params=ReinstallParameters,
    handler=reinstall,
    task=Kind(
        (Stage("create pxe", 30), Stage("install", 570, 0.9), Stage("configure", 45)),
        finish_reinstall,
        works_disk=True,
        installs=True,
        leave=lambda _unit, work: damaged(work.vm, work.now),
    ),
    refusal=_REFUSAL,
    ignored={
        "root_pass": "it is checked; no login is emulated",
        "pin": "accepted and ignored, whatever it is (6.3)",
    },
    examples=(
        Example(
            Reinstalling,
            {"id": 12348, "os_id": 237},
            {"result": "OK", "action": "reinstall", "stage": "create_pxe", "id": 12348, "callback": KEY},
        ),
    ),
    refusal_examples=(
        RefusalExample(
            {"id": 99999, "os_id": 237}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"
        ),
        RefusalExample({"id": 12345, "os_id": 5}, "not_in_catalogue", "OS 5 not found"),
    ),
)
