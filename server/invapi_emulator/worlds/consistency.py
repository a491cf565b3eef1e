"""Check that a VM's description is possible. An error names the place of the contradiction."""

from itertools import pairwise
from typing import Any

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.snapshots import Snapshot
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.renting.deploy import is_deploy
from invapi_emulator.engine.tasks.kinds import actions_with_tasks, holds_still
from invapi_emulator.worlds.build import BuiltVm
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.schema import SnapshotSpec, VmSpec
from invapi_emulator.worlds.steps import Steps, each
from invapi_emulator.worlds.task_consistency import checking_tasks


def checking_vm(spec: VmSpec, built: BuiltVm, now: Instant, place: str) -> Steps[None]:
    """Raise Unprocessable for the first contradiction. `place` is the VM's place in the world: `vms.3.`."""
    _check_times(built.vm, now, place)
    _check_power(spec, built, place)
    _check_disk(built.vm, built.vm.state.used_mb, f"{place}disk.used_gb")
    _check_support(spec, place)
    _check_phase(built, place)
    for action in spec.started:
        if action not in actions_with_tasks():
            known = ", ".join(actions_with_tasks())
            raise error_at(
                f"{place}started.{action}", action, f"not an action that starts a task (known: {known})"
            )

    def check_snapshot(number: int) -> None:
        where = f"{place}snapshots.{number}"
        _check_described_once(spec.snapshots[number], where)
        _check_snapshot(built, built.snapshots[number], now, where)

    yield from each(range(len(built.snapshots)), check_snapshot)
    _check_order(built, place)
    _check_unlisted(spec, built, place)
    yield from checking_tasks(spec, built, now, place)


def _check_times(vm: VirtualMachine, now: Instant, place: str) -> None:
    times = [("created_at", vm.created_at), ("running_since", vm.running_since or 0)]
    times += [(f"power_changes.{number}.at", at) for number, (at, _) in enumerate(vm.power_changes)]
    for field, at in times:
        if at > now:
            raise too_late(f"{place}{field}", at, now)
    for number, (before, after) in enumerate(pairwise(vm.power_changes), 1):
        if after[0] < before[0] or after[1] == before[1]:
            accepted = "changes of power must be oldest first, and alternate between on and off"
            raise error_at(f"{place}power_changes.{number}", after[1], accepted)


def _check_power(spec: VmSpec, built: BuiltVm, place: str) -> None:
    vm, changes = built.vm, built.vm.power_changes
    if changes and changes[-1][1] != vm.power:
        last = f"{place}power_changes.{len(changes) - 1}.power"
        raise error_at(
            last, changes[-1][1], f"the VM is {vm.power}, so its last change must be to {vm.power}"
        )
    if spec.running_since is None:
        return
    pausing = [task.action for task in built.tasks if task.state == "running" and holds_still(task)]
    if vm.power == "off" or pausing:
        why = "it is off" if vm.power == "off" else f"its task {pausing[0]} holds it still"
        raise error_at(
            f"{place}running_since", iso(spec.running_since), f"the VM does not run: {why}; omit this field"
        )


def _check_disk(vm: VirtualMachine, used_mb: int, place: str) -> None:
    if used_mb > vm.size_gb * 1024:
        raise error_at(place, used_mb / 1024, f"must be at most the disk's size_gb, {vm.size_gb}")


def _check_support(spec: VmSpec, place: str) -> None:
    given: dict[str, Any] = {"snapshots": spec.snapshots, "settings": spec.settings}
    for field, value in given.items():
        if value and spec.kind != "VPS":
            raise error_at(
                f"{place}{field}", f"{len(value)} entries", f"a {spec.kind} has none; only a VPS has them"
            )


def _check_phase(built: BuiltVm, place: str) -> None:
    """Refuse a deploy without a server that is being deployed, and the other way round; and a suspended one that is on."""
    phase, deploys = built.vm.phase, [task for task in built.tasks if is_deploy(task)]
    under_way = any(task.state == "running" for task in deploys)
    if under_way != (phase == "deploying"):
        accepted = "a server is deploying exactly while a task of order_instance runs"
        raise error_at(f"{place}phase", phase, accepted)
    if phase != "rented" and built.vm.power == "on":
        raise error_at(f"{place}power", "on", f"a {phase} server is off")


def _check_described_once(spec: SnapshotSpec, place: str) -> None:
    if spec.created_at is not None and spec.age_seconds is not None:
        raise error_at(f"{place}.age_seconds", spec.age_seconds, "send either this or created_at, not both")
    if spec.memory.fingerprint is not None and spec.with_memory is not None:
        raise error_at(
            f"{place}.with_memory", spec.with_memory, "send either this or memory.fingerprint, not both"
        )


def _check_snapshot(built: BuiltVm, snapshot: Snapshot, now: Instant, place: str) -> None:
    if snapshot.created_at > now:
        raise too_late(f"{place}.created_at", snapshot.created_at, now)
    _check_disk(built.vm, snapshot.state.used_mb, f"{place}.disk.used_gb")


def _check_order(built: BuiltVm, place: str) -> None:
    seen: set[tuple[str, str]] = set()
    for number, snapshot in enumerate(built.snapshots):
        if (snapshot.type, snapshot.name) in seen:
            accepted = f"the VM has another snapshot with this name and type {snapshot.type}"
            raise error_at(f"{place}snapshots.{number}.name", snapshot.name, accepted)
        seen.add((snapshot.type, snapshot.name))
    for number, (older, newer) in enumerate(pairwise(built.snapshots), 1):
        if newer.sequence < older.sequence:
            accepted = (
                f"snapshots must be oldest first; expected more than {older.sequence}, the id before it"
            )
            raise error_at(f"{place}snapshots.{number}.id", newer.sequence, accepted)


def _check_unlisted(spec: VmSpec, built: BuiltVm, place: str) -> None:
    present = {snapshot.sequence for snapshot in built.snapshots}
    seen: set[int] = set()
    for number, change in enumerate(spec.unlisted):
        where = f"{place}unlisted.{number}.id"
        if change.id in seen:
            raise error_at(where, change.id, "another unlisted change of this VM has this id")
        if change.removed is None and change.id not in present:
            raise error_at(
                where, change.id, "expected the id of one of the VM's snapshots, unless `removed` is sent"
            )
        if change.removed is not None and change.removed.id not in {None, change.id}:
            raise error_at(f"{where[:-3]}.removed.id", change.removed.id, f"expected {change.id}, or omit it")
        seen.add(change.id)
