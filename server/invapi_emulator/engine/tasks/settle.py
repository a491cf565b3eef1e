"""Settling: every due task takes effect, in due order. And moving the clock, which makes tasks due."""

import heapq

from msgspec.structs import replace

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.tasks import Task, advance, next_change
from invapi_emulator.engine.tasks.end import end
from invapi_emulator.storage import accounts, events, tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork

BATCH = 100
"""Maximum number of tasks that take effect in one transaction. Other calls get their turn after it."""


def settle_due(unit: UnitOfWork, now: Instant) -> bool:
    """Let up to BATCH tasks enter their stages and take effect. Return whether more may be due.

    Everything happens in order of time: if there may be more tasks, none of these goes further than the last of them.
    """
    found = tasks.changing(unit, now, BATCH)
    until = now if len(found) < BATCH else next_change(found[-1]) or now
    ahead = [(next_change(task) or now, task.sequence, task) for task in found]
    while ahead:
        at, _, task = heapq.heappop(ahead)
        if task.due_at is not None and task.due_at <= at:
            end(unit, advance(task, now))
            continue
        task = _enter_stage(unit, task, at)
        following = next_change(task)
        if following is not None and following <= until:
            heapq.heappush(ahead, (following, task.sequence, task))
    return len(found) == BATCH


def move_clock(unit: UnitOfWork, now: Instant) -> None:
    """Move the account's clock to `now`. Tasks that fall due by that take effect with the next `settle_due`."""
    clock = unit.account.clock
    was = clock.now(unit.real_now)
    accounts.set_clock(unit, clock.moved_to(now, unit.real_now))
    events.record(unit, now, "clock_moved", was=iso(was), now=iso(now))


def _enter_stage(unit: UnitOfWork, task: Task, at: Instant) -> Task:
    entered = replace(task, stage=task.stage + 1)
    tasks.save(unit, entered)
    events.record(unit, at, "task_stage",
        task=task.key, action=task.action, vm=task.vm_id, stage=entered.stages[entered.stage].name,
    )  # fmt: skip
    return entered
