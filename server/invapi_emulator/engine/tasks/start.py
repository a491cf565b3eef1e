"""Starting a task: its durations are drawn, its key is made, and its VM is locked."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from invapi_emulator.domain.tasks import QUEUED, PlannedStage, Task, was_queued
from invapi_emulator.domain.virtual_machines import VirtualMachine, paused
from invapi_emulator.engine.call import Call, Value
from invapi_emulator.engine.faults.fault import TaskFault
from invapi_emulator.engine.faults.rules import fire
from invapi_emulator.engine.tasks.keys import key_of_new_task
from invapi_emulator.engine.tasks.kinds import KINDS, Kind
from invapi_emulator.engine.tasks.planning import planned_stages, with_stale_list
from invapi_emulator.engine.tasks.room import drop_too_large, make_room
from invapi_emulator.errors import VmLocked
from invapi_emulator.storage import events, numbers, tasks, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.whole_numbers import counted_on

_NOT_REPEATED = frozenset({"token", "action", "id"})


def start_task(
    unit: UnitOfWork,
    call: Call[Any],
    vm: VirtualMachine,
    *,
    callback_url: str | None = None,
    **defaults: str,
) -> str:
    """Start the task of the call's action and return its key. Its URL is called once it is done.

    `defaults` are parameters that `context` shows even if the client left them out (contract 3.4).
    """
    kind = KINDS[call.module, call.action]
    number = numbers.next_sequence(unit)
    make_room(unit, number, call.now)
    count = counted_on(vm.started.get(call.action, 0))
    stages = _planned(unit, call, vm, kind, count)
    task = Task(
        key=key_of_new_task(unit, number),
        module=call.module,
        action=call.action,
        vm_id=vm.id,
        sequence=number,
        context=_context(call, vm, defaults),
        stages=stages,
        created_at=call.now,
        due_at=stages[-1].ends_at,
        callback_url=callback_url,
    )
    task = _with_fault(unit, call, with_stale_list(call, task, count))
    tasks.add(unit, task)
    drop_too_large(unit, task)
    held = paused(vm, call.now) if kind.pauses and not was_queued(task) else vm
    locked_by = task.key if kind.changes else vm.locked_by
    started = {**vm.started, call.action: count}
    vms.save(unit, replace(held, locked_by=locked_by, started=started))
    events.record(unit, call.now, "task_started", task=task.key, action=task.action, vm=vm.id)
    return task.key


def _planned(
    unit: UnitOfWork, call: Call[Any], vm: VirtualMachine, kind: Kind, count: int
) -> tuple[PlannedStage, ...]:
    """Return the stages. A task that changes a locked VM first waits for the tasks before it (assumption A-21)."""
    if not kind.changes or vm.locked_by is None:
        return planned_stages(call.action, kind, vm.id, vm.size_gb, count, call.now, call.account)
    ahead = tasks.by_key(unit, vm.locked_by)
    if ahead is None or ahead.due_at is None:
        action = ahead.action if ahead else "another task"
        raise VmLocked(f"the VM is locked: {action} hangs, and nothing can wait for its end")
    waiting = PlannedStage(QUEUED, ahead.due_at)
    return (waiting, *planned_stages(call.action, kind, vm.id, vm.size_gb, count, ahead.due_at, call.account))


def _with_fault(unit: UnitOfWork, call: Call[Any], task: Task) -> Task:
    """Return the task, changed by the fault rule that fires on it."""
    firing = fire(unit, call, "task")
    if firing is None or not isinstance(firing.fault, TaskFault):
        return task
    return replace(firing.fault.apply(task, firing.draw), fault=firing.fault.kind)


def _as_json(value: Value) -> Any:
    """Return a field's value as JSON stores it: an array as a list."""
    if isinstance(value, dict):
        return {name: _as_json(item) for name, item in value.items()}
    return value if isinstance(value, str) else [_as_json(item) for item in value]


def _context(call: Call[Any], vm: VirtualMachine, defaults: Mapping[str, str]) -> dict[str, Any]:
    kind = KINDS[call.module, call.action]
    sent = {} if kind.installs else _repeated(call)
    own = {"action": kind.context_action or call.action, "id": vm.id, "location": vm.location}
    return {**defaults, **sent, **own}


def _repeated(call: Call[Any]) -> dict[str, Any]:
    return {name: _as_json(value) for name, value in call.fields.items() if name not in _NOT_REPEATED}
