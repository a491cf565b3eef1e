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


def _end(tx: Transaction, account: Account, task: Task) -> None:
    assert task.ended_at is not None
    vm = vms.load(tx, account.id, task.vm_id)
    kind = KINDS[task.action]
    if kind.pauses:
        vm = resumed(vm, task.ended_at)
    work = Work(account, task, vm, task.ended_at, chance_of(account))
    try:
        outcome = kind.finish(tx, work)
        ended = replace(task, scope=outcome.scope, debug=outcome.debug)
    except TaskFailed as failure:
        outcome = Outcome(vm, failure.error)
        ended = replace(failed(task, failure.error), scope=failure.error)
    tasks.save(tx, ended)
    if kind.changes:
        vms.save(tx, account.id, replace(outcome.vm, locked_by=None))
    events.record(
        tx, account.id, work.now, "task_ended",
        task=task.key, action=task.action, vm=vm.id, state=ended.state, error=ended.error,
    )  # fmt: skip
