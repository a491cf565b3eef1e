"""Ending a task: its effect takes place, or it fails, and its VM is unlocked."""

from collections.abc import Sequence

from msgspec.structs import replace

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import Snapshot, StaleChange
from invapi_emulator.domain.tasks import Task, failed, was_queued
from invapi_emulator.domain.virtual_machines import VirtualMachine, as_of, paused, resumed
from invapi_emulator.engine.tasks.kinds import KINDS, Outcome, Work, kind_of
from invapi_emulator.engine.tasks.room import drop_too_large
from invapi_emulator.errors import Refusal, TaskFailed
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import events, running_tasks, snapshots, stale_lists, tasks, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def end(unit: UnitOfWork, task: Task) -> None:
    """End a task at its `ended_at`: with its effect, or in failure if that is what a fault or the world makes of it."""
    assert task.ended_at is not None
    work = _work(unit, task, task.ended_at)
    if task.fails_with is not None:
        _fail(unit, work, task.fails_with)
        return
    before = snapshots.of_vm(unit, task.vm_id) if task.stale_for else []
    try:
        outcome = kind_of(task).finish(unit, work)
    except (TaskFailed, Refusal) as failure:
        error = str(failure)
        _close(unit, work, Outcome(work.vm, error), failed(task, error))
    else:
        _close(unit, work, outcome, task)
    if task.stale_for:
        _keep_from_lists(unit, work, before, work.now + task.stale_for)
    elif stale_lists.of_vm(unit, task.vm_id, work.now):
        present = {snapshot.sequence for snapshot in snapshots.of_vm(unit, task.vm_id)}
        stale_lists.forget_gone(unit, task.vm_id, present)


def complete_by_hand(unit: UnitOfWork, task: Task, now: Instant) -> None:
    """End a task that is under way, with its effect, even if a fault made it fail."""
    end(unit, replace(task, state="done", ended_at=now, fails_with=None))


def fail_by_hand(unit: UnitOfWork, task: Task, now: Instant, error: str) -> None:
    """Fail a task that is under way. It leaves behind what its kind leaves."""
    _fail(unit, _work(unit, replace(task, ended_at=now), now), error)


def _fail(unit: UnitOfWork, work: Work, error: str) -> None:
    vm = kind_of(work.task).leave(unit, work)
    _close(unit, work, Outcome(vm, error), failed(work.task, error))


def _keep_from_lists(unit: UnitOfWork, work: Work, before: Sequence[Snapshot], until: Instant) -> None:
    """Let lists show the snapshots as they were `before`, until then (a fault)."""
    old = {snapshot.sequence: snapshot for snapshot in before}
    new = {snapshot.sequence for snapshot in snapshots.of_vm(unit, work.vm.id)}
    changes = [StaleChange(number, old.get(number), until) for number in sorted(old.keys() ^ new)]
    stale_lists.hold_back(unit, work.vm.id, changes, work.now)


def _work(unit: UnitOfWork, task: Task, now: Instant) -> Work:
    vm = vms.held(unit, task.vm_id)
    assert vm is not None, "a VM goes with its tasks"
    if kind_of(task).pauses:
        vm = resumed(as_of(vm, now), now)
    return Work(unit.account, task, vm, now, chance_of(unit.account))


def _close(unit: UnitOfWork, work: Work, outcome: Outcome, ended: Task) -> None:
    """Save a task as ended, and unlock its VM."""
    saved = replace(ended, scope=outcome.scope, debug=outcome.debug)
    tasks.save(unit, saved)
    drop_too_large(unit, saved)
    if kind_of(ended).changes and outcome.vm is not None:
        _unlock(unit, work, ended, outcome.vm)
    events.record(unit, work.now, "task_ended",
        task=ended.key, action=ended.action, vm=work.vm.id, state=ended.state, error=ended.error,
    )  # fmt: skip


def _unlock(unit: UnitOfWork, work: Work, ended: Task, vm: VirtualMachine) -> None:
    """Save the VM. The newest of its other changing tasks locks it: there are some only if tasks wait for each other."""
    if work.vm.locked_by == ended.key and not was_queued(ended):
        vms.save(unit, replace(vm, locked_by=None))
        return
    newest = running_tasks.newest_by_group(unit, vm.id)
    changing = {group: task for group, task in newest.items() if KINDS[group.kind].changes}
    is_held = any(KINDS[group.kind].pauses and not group.was_queued for group in changing)
    held = paused(vm, work.now) if is_held else vm
    locked_by = max(changing.values())[1] if changing else None
    vms.save(unit, replace(held, locked_by=locked_by))
