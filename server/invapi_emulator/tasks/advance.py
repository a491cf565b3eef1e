"""Bringing an account's world up to a time: every task that is due takes effect, in due order."""

from dataclasses import replace

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import Task, advance, failed
from invapi_emulator.domain.virtual_machines import resumed
from invapi_emulator.errors import TaskFailed
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import events, tasks, vms
from invapi_emulator.storage.database import Transaction
from invapi_emulator.tasks.kinds import KINDS, Outcome, Work

BATCH = 100
"""So many tasks take effect in one transaction; then other calls get their turn."""


def advance_due_tasks(tx: Transaction, account: Account, now: Instant) -> bool:
    """Let tasks that are due take effect, BATCH at the most; answer whether there may be more."""
    due = tasks.due(tx, account.id, now, BATCH)
    for task in due:
        _end(tx, account, advance(task, now))
    return len(due) == BATCH


def complete_by_hand(tx: Transaction, account: Account, task: Task, now: Instant) -> None:
    """End a task that is under way now, with its effect."""
    _end(tx, account, replace(task, state="done", ended_at=now))


def fail_by_hand(tx: Transaction, account: Account, task: Task, now: Instant, error: str) -> None:
    """End a task that is under way now, in failure; what its kind leaves behind then is there."""
    work = _work(tx, account, replace(task, ended_at=now), now)
    vm = KINDS[task.action].leave(tx, work)
    _close(tx, work, Outcome(vm, error), failed(work.task, error))


def _end(tx: Transaction, account: Account, task: Task) -> None:
    assert task.ended_at is not None
    work = _work(tx, account, task, task.ended_at)
    try:
        outcome = KINDS[task.action].finish(tx, work)
    except TaskFailed as failure:
        _close(tx, work, Outcome(work.vm, failure.error), failed(task, failure.error))
    else:
        _close(tx, work, outcome, task)


def _work(tx: Transaction, account: Account, task: Task, now: Instant) -> Work:
    vm = vms.load(tx, account.id, task.vm_id)
    return Work(account, task, resumed(vm, now) if KINDS[task.action].pauses else vm, now, chance_of(account))


def _close(tx: Transaction, work: Work, outcome: Outcome, ended: Task) -> None:
    """Write down that a task has ended, and unlock its VM."""
    tasks.save(tx, replace(ended, scope=outcome.scope, debug=outcome.debug))
    if KINDS[ended.action].changes:
        vms.save(tx, work.account.id, replace(outcome.vm, locked_by=None))
    events.record(
        tx, work.account.id, work.now, "task_ended",
        task=ended.key, action=ended.action, vm=work.vm.id, state=ended.state, error=ended.error,
    )  # fmt: skip
