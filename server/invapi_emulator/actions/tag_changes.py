"""Saving a VM whose tag was set, with the events (contract 10.2, 10.3)."""

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def save_with_tag(unit: UnitOfWork, now: Instant, vm: VirtualMachine, name: str) -> None:
    """Save a VM after the tag of this name was set, which may have renamed it."""
    before = vms.load(unit, vm.id)
    vms.save(unit, vm)
    events.record(unit, now, "tag_set", vm=vm.id, tag=name)
    if vm.hostname != before.hostname:
        events.record(unit, now, "vm_renamed", vm=vm.id, hostname=vm.hostname)
