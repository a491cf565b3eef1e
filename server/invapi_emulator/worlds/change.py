"""Change a VM: merge the sent fields into its present state."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tags import HOSTNAME
from invapi_emulator.domain.tasks import QUEUED
from invapi_emulator.domain.virtual_machines import VirtualMachine, powered_off, powered_on
from invapi_emulator.engine.tasks.kinds import kinds_where
from invapi_emulator.worlds.build import default_hostname
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.export import writing_vm
from invapi_emulator.worlds.held_world import HeldVm
from invapi_emulator.worlds.reading import reading_vm
from invapi_emulator.worlds.schema import TagSpec, VmSpec
from invapi_emulator.worlds.steps import Steps
from invapi_emulator.worlds.task_schema import TaskSpec

_MERGED = ("disk", "memory")


def changing_vm(held: HeldVm, change: Mapping[str, Any], now: Instant) -> Steps[VmSpec]:
    """Return the VM, which is as of `now`, with the change; raise Unprocessable for an invalid change.

    Objects are merged; lists and maps are replaced. A change of power happens now, as by its button. Of the hostname and
    the tag `hostname`, one that is not sent follows the other (contract 10.2).
    """
    vm = held.vm
    if change.get("id", vm.id) != vm.id:
        raise error_at("id", change["id"], f"expected {vm.id}, the VM's id, or omit it")
    if change.get("phase", vm.phase) != vm.phase:
        raise error_at(
            "phase", change["phase"], f"expected {vm.phase}, or omit it: it follows from the order"
        )
    switched = _switched(vm, change.get("power"), now)
    merged = yield from writing_vm(replace(held, vm=switched))
    for field, value in change.items():
        parts = field in _MERGED and isinstance(value, dict)
        merged[field] = merged[field] | value if parts else value
    if "running_since" in change:
        spec = yield from reading_vm(merged)
        return _with_own_tags(spec, vm, change)
    read = yield from reading_vm(merged | {"running_since": None})
    spec = _with_own_tags(read, vm, change)
    held_still = any(task.state == "running" and _pauses(task) for task in spec.tasks)
    return spec if held_still else spec.model_copy(update={"running_since": switched.running_since})


def _with_own_tags(spec: VmSpec, vm: VirtualMachine, change: Mapping[str, Any]) -> VmSpec:
    """Return the VM with the ids of the tags that it already has, and with a hostname that agrees with its tag.

    The tag `hostname` stays, even if other tags are sent without it.
    """
    had = {tag.name: tag for tag in vm.tags}
    tags = {
        name: tag.model_copy(update={"id": had[name].id}) if tag.id is None and name in had else tag
        for name, tag in spec.tags.items()
    }
    hostname = spec.hostname or default_hostname(spec)
    if HOSTNAME not in tags or ("tags" not in change and hostname != vm.hostname):
        own = tags.get(HOSTNAME) or TagSpec(internal=1, id=had[HOSTNAME].id)
        tags[HOSTNAME] = own.model_copy(update={"value": hostname})
    elif "tags" in change and "hostname" not in change:
        hostname = tags[HOSTNAME].value or hostname
    return spec.model_copy(update={"tags": tags, "hostname": hostname})


def _switched(vm: VirtualMachine, power: Any, now: Instant) -> VirtualMachine:
    match power:
        case "on" | True:
            return powered_on(vm, now)
        case "off" | False:
            return powered_off(vm, now)
        case _:
            return vm


def _pauses(task: TaskSpec) -> bool:
    queued = task.stages is not None and task.stages[0].name == QUEUED
    pausing = {action for _, action in kinds_where(lambda kind: kind.pauses)}
    return task.action in pausing and not queued
