"""Calls that let a client learn what state a VM is in."""

from invapi_emulator.client_lint.rule import Line
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.looks import LIST_SERVERS, shows_changes_of
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.tasks.kinds import KINDS


def changes(line: Line) -> bool:
    """Return whether a call asks for a task that changes a VM."""
    kind = KINDS.get((line.call.module, line.call.action or ""))
    return kind is not None and kind.changes


def is_answered(line: Line) -> bool:
    """Return whether a call was not refused, and its answer may have been read."""
    return line.call.result == "ok" and not line.was_lost


def shows_state(line: Line, vm: int | None, module: str) -> bool:
    """Return whether a call may tell what a change did that a module made of a VM, or of none yet.

    That is an answered read of the VM or of all, or an accepted change of the VM. Of an order it is also a call that
    lists the servers.
    """
    if not is_answered(line) or line.call.vm not in {vm, None}:
        return False
    if changes(line):
        return vm is not None and line.call.vm == vm
    look = (line.call.module, line.call.action)
    return shows_changes_of(module, look) or (vm is None and look in LIST_SERVERS)


def end_of(task: Task) -> Instant | None:
    """Return when a task ended or will end, None if it never does."""
    return task.due_at if task.ended_at is None else task.ended_at


def was_slowed(task: Task) -> bool:
    """Return whether a fault made a task hang or take longer."""
    return task.fault in {"task_hangs", "slow_task"}
