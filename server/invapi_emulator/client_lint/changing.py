"""Lint rules about changes: how a client acts before and after a change of a VM."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.client_lint.states import changes, end_of, is_answered, shows_state, was_slowed
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.tasks.kinds import KINDS
from invapi_emulator.storage.hidden_fields import sent_the_same

_MOST_LOST = 20
"""Maximum number of lost changes of a VM that later calls are compared with. The newest count."""

_SLOWING = frozenset({"task_hangs", "slow_task", "key_forgotten"})
"""Faults after which it is right to change a VM although a task is running on it."""


@lint_rule(
    "change-while-busy",
    "warning",
    "changes a VM while a task is running on it",
    instead="Check the key of the running change until it has ended, then request the next one. A VM allows one "
    "change at a time.",
)
def change_while_busy(seen: Seen) -> Iterator[Line]:
    for lines in seen.worlds():
        begun: dict[int, Line] = {}
        over = set[str]()
        for line in lines:
            running = None if line.call.vm is None else begun.get(line.call.vm)
            is_refused = line.call.reason == "vm_locked" and not _reads(line)
            if is_refused and running is not None and _knows_of(line, running, over, seen):
                yield line
            if line.key is not None and not _says_wait(line):
                over.add(line.key)
            vm = _changed_vm(line, seen)
            if vm is not None:
                begun[vm] = line


def _changed_vm(line: Line, seen: Seen) -> int | None:
    """Return the VM that a call began to change. That of a new order is known from its task."""
    if line.call.task is None or not changes(line):
        return None
    task = seen.tasks.get(line.call.task)
    return task.vm_id if line.call.vm is None and task is not None else line.call.vm


def _knows_of(line: Line, running: Line, over: AbstractSet[str], seen: Seen) -> bool:
    """Return whether a client certainly knew that a task was running, and could have waited for its end.

    `over` has the keys of which a check has said something else than to wait.
    """
    key = running.call.task
    task = None if key is None else seen.tasks.get(key)
    return (
        key is not None
        and key not in over
        and running.call.result == "ok"
        and running.was_read
        and line.follows(running)
        and not running.faults & _SLOWING
        and task is not None
        and not was_slowed(task)
        and _runs_at(task, line)
        and not seen.removals.may_have(line.call.vm, running.call.after_event, line.call.after_event)
    )


def _runs_at(task: Task, line: Line) -> bool:
    end = end_of(task)
    return end is None or (line.call.at or 0) < end


def _says_wait(check: Line) -> bool:
    """Return whether the answer of a check leaves the client waiting, also one that it could not read."""
    return check.was_lost or check.result == "Not ready"


@lint_rule(
    "blind-repeat",
    "error",
    "repeats a changing call after a lost reply without checking what the first call did",
    instead="The call may have been carried out although its reply was lost. Look first (get_snapshot, show, "
    "status), and repeat the call only if its effect is missing.",
)
def blind_repeat(seen: Seen) -> Iterator[Line]:
    for lines in seen.worlds():
        vm_of = {line.call.task: line.call.vm for line in lines if line.call.task is not None}
        lost: dict[int | None, list[Line]] = {}
        for line in lines:
            if any(_repeats(line, before, seen) for before in lost.get(line.call.vm, ())):
                yield line
            if is_answered(line):
                _forget_shown(lost, line, _checked_vm(line, vm_of, seen))
            if changes(line) and line.was_lost:
                lost[line.call.vm] = [*lost.get(line.call.vm, ()), line][-_MOST_LOST:]


def _reads(line: Line) -> bool:
    kind = KINDS.get((line.call.module, line.call.action or ""))
    return kind is not None and not kind.changes


def _checked_vm(line: Line, vm_of: dict[str, int | None], seen: Seen) -> int | None:
    """Return the VM whose task a call checks, None if it is no check, or a task of a VM that is unknown."""
    if line.key is None:
        return None
    task = seen.tasks.get(line.key)
    return vm_of.get(line.key) if task is None else task.vm_id


def _forget_shown(lost: dict[int | None, list[Line]], line: Line, checked: int | None) -> None:
    """Drop the lost changes of which an answered call may have told the client what they did."""
    if checked is not None:
        lost.pop(checked, None)
        return
    for vm in list(lost) if line.call.vm is None else [line.call.vm]:
        lost[vm] = [change for change in lost.get(vm, ()) if not shows_state(line, vm, change.call.module)]


def _repeats(line: Line, before: Line, seen: Seen) -> bool:
    """Return whether a call sends the same as one whose answer was lost before, about the same server.

    What cannot be compared any more differs.
    """
    asked, lost = ((one.call.module, one.call.action) for one in (line, before))
    return (
        asked == lost
        and line.follows(before)
        and not seen.removals.may_have(line.call.vm, before.call.after_event, line.call.after_event)
        and sent_the_same(before.call, line.call, but="token")
    )
