"""Room for an account's tasks: old ones go when a new one starts, and large ones when one becomes large."""

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import MAX_LARGE, MAX_TASKS, KindName, Task
from invapi_emulator.engine.tasks.kinds import kinds_where
from invapi_emulator.storage import task_room, tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork

_AT_A_TIME = 100
"""Number of tasks that room is made for at once. Counting thousands for each task would cost more than the task."""


def make_room(unit: UnitOfWork, number: int, now: Instant) -> None:
    """Drop old tasks of the account until there is room for one more with this number."""
    last, count = tasks.last_and_count(unit)
    if number // _AT_A_TIME != last // _AT_A_TIME:
        tasks.drop_aged_out(unit, now)
        if count >= MAX_TASKS - _AT_A_TIME:
            task_room.make_room(unit, MAX_TASKS + 1 - _AT_A_TIME, _reading())
    elif count >= MAX_TASKS:
        task_room.make_room(unit, MAX_TASKS, _reading())


def drop_too_large(unit: UnitOfWork, saved: Task) -> None:
    """Drop other large tasks if there is too much text with that of a task that was just saved."""
    task_room.make_room_for_text(unit, saved, MAX_LARGE, _reading())


def _reading() -> tuple[KindName, ...]:
    return kinds_where(lambda kind: not kind.changes)
