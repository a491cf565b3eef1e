"""Settling: what is due takes effect, in order of time. And moving the clock, which makes things due."""

import heapq

from msgspec.structs import replace

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.orders import Order
from invapi_emulator.domain.tasks import Task, advance, next_change
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.renting.rents import Due, due_at, first_due, let_happen
from invapi_emulator.engine.tasks.end import end
from invapi_emulator.engine.tasks.kinds import kind_of
from invapi_emulator.process.pace import LONGEST_TURN
from invapi_emulator.storage import accounts, events, orders, tasks
from invapi_emulator.storage.task_room import text_size
from invapi_emulator.storage.unit_of_work import UnitOfWork

BATCH = 50
"""Maximum number of tasks and rents that are looked for together, and of those that happen in one transaction.

Other calls get their turn after it, or once it has taken as long as a turn may. A clock that jumps over years brings many.
"""

FEWEST = 5
"""Number of steps that a unit makes however long they take. On a busy machine each could seem long, and a unit has costs of its own."""

MUCH_TEXT = 4 * 1024 * 1024
"""Number of bytes that tasks say at their end, as a list of snapshots, after which other calls get their turn too."""

MANY_CHANGES = 1_000
"""Number of changes, such as removed snapshots, after which other calls get their turn too."""


_RANKS: dict[type[Task | Due], int] = {Task: 0, VirtualMachine: 1, Order: 2}
"""At the same time tasks end first. A cancelled server goes before its rent falls due."""


class _Ahead:
    """What is due, by time. At the same time each comes in the order of its rank, then of its number."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, int, Task | Due]] = []

    def push(self, due: Task | Due | None, until: Instant) -> None:
        """Add what is due by then; nothing else."""
        if due is None:
            return
        at = next_change(due) if isinstance(due, Task) else due_at(due)
        if at is not None and at <= until:
            number = due.sequence if isinstance(due, Task) else due.id
            heapq.heappush(self._heap, (at, _RANKS[type(due)], number, due))

    def pop(self) -> tuple[Instant, Task | Due] | None:
        """Remove and return what is due first, with its time."""
        if not self._heap:
            return None
        at, _, _, due = heapq.heappop(self._heap)
        return at, due


def settle_due(unit: UnitOfWork, now: Instant) -> bool:
    """Let what is due by now happen: at most some steps. Return whether more may be due.

    Everything happens in order of time: if there may be more, nothing goes further than the last that was found.
    """
    found, may_be_more = tasks.changing(unit, now, BATCH)
    rents = first_due(unit, now, BATCH)
    if not (found or rents):
        return False
    ends = [next_change(found[-1])] if may_be_more else []
    ends += [due_at(rents[-1])] if len(rents) == BATCH else []
    until = min((at for at in ends if at is not None), default=now)
    ahead = _Ahead()
    for due in (*found, *rents):
        ahead.push(due, until)
    begun, began_at, text = unit.version, unit.real_time(), 0
    for number in range(1, BATCH + 1):
        first = ahead.pop()
        if first is None:
            return bool(ends)
        at, due = first
        ahead.push(_step(unit, due, at, now), until)
        text += _length_of_text(unit, due)
        took_long = number >= FEWEST and unit.real_time() - began_at > LONGEST_TURN
        if took_long or text >= MUCH_TEXT or unit.version - begun >= MANY_CHANGES:
            break
    return True


def _length_of_text(unit: UnitOfWork, due: Task | Due) -> int:
    """Return the bytes of what a task says, once it has ended. Other things that were due say nothing."""
    task = tasks.by_key(unit, due.key) if isinstance(due, Task) else None
    return 0 if task is None else text_size(task)


def _step(unit: UnitOfWork, due: Task | Due, at: Instant, now: Instant) -> Task | Due | None:
    """Let what is due at a time happen. Return it as it is then, None if it asks for nothing more."""
    if not isinstance(due, Task):
        return let_happen(unit, due, at)
    task = tasks.by_key(unit, due.key)
    if task is None:
        return None  # its server went before
    if task.due_at is not None and task.due_at <= at:
        end(unit, advance(task, now))
        return orders.of_server(unit, task.vm_id) if kind_of(task).installs else None  # its rent has begun
    return _enter_stage(unit, task, at)


def move_clock(unit: UnitOfWork, now: Instant) -> None:
    """Move the account's clock to `now`. What falls due by that takes effect with the next `settle_due`."""
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
