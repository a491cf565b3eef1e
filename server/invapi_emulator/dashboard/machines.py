"""A VM as the page shows it: its power, lock, disk, memory and snapshots."""

from dataclasses import dataclass

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.domain.snapshots import DEFAULT_TYPE
from invapi_emulator.domain.tasks import Task, progress_at, stage_at
from invapi_emulator.domain.virtual_machines import MachineState, VirtualMachine, as_of
from invapi_emulator.storage import snapshots, tasks


@dataclass(frozen=True, slots=True)
class Lock:
    """The running task that locks the VM, with its progress in percent."""

    key: str
    action: str
    stage: str
    progress: int
    hangs: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM as a card shows it. `rotation` is text, or None for a VM that cannot have snapshots."""

    vm: VirtualMachine
    lock: Lock | None
    disk: str
    memory: str
    snapshots: int
    rotation: str | None


def machine_of(context: AccountContext, stored: VirtualMachine) -> Machine:
    vm = as_of(stored, context.now)
    settings = snapshots.settings_of_type(context.unit, vm.id, DEFAULT_TYPE)
    excluded = f", {len(settings.excluded)} excluded" if settings.excluded else ""
    rotation = f"on{excluded}" if settings.enabled else f"off{excluded}"
    return Machine(
        vm=vm,
        lock=lock_of(context, vm.locked_by),
        disk=state_of_disk(vm.state),
        memory=state_of_memory(vm.state),
        snapshots=len(snapshots.of_type(context.unit, vm.id, DEFAULT_TYPE)),
        rotation=rotation if vm.kind == "VPS" else None,
    )


def state_of_disk(state: MachineState) -> str:
    return f"state {state.disk_generation}, fingerprint {state.disk_fingerprint[:8]}"


def state_of_memory(state: MachineState) -> str:
    if state.memory_fingerprint is None:
        return "none"
    return f"state {state.memory_generation}, fingerprint {state.memory_fingerprint[:8]}"


def lock_of(context: AccountContext, key: str | None) -> Lock | None:
    """Return what the task with this key is doing, or None if it has ended or there is none."""
    task: Task | None = None if key is None else tasks.by_key(context.unit, key)
    if task is None or task.state != "running":
        return None
    stage, progress = stage_at(task, context.now), progress_at(task, context.now)
    return Lock(task.key, task.action, stage, progress, task.due_at is None)
