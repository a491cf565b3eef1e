"""Lint rules about polling: how a client waits for a task."""

from collections.abc import Iterator

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.tasks import Task, was_queued

PAUSE = SECOND // 2
"""Minimum real time that a client should wait between two checks."""

IN_A_ROW = 3
"""Number of checks without a pause that count as busy polling. Fewer may come from a person."""


@lint_rule(
    "busy-polling",
    "warning",
    "checks a key repeatedly without a pause",
    instead="Wait a second before the first check, and longer before each further one, up to about ten seconds. "
    "Tasks take minutes, and a rate limit counts every check.",
)
def busy_polling(seen: Seen) -> Iterator[Line]:
    for checks in seen.checks().values():
        hurried: list[Line] = []
        for before, check in zip([None, *checks[:-1]], checks, strict=True):
            at_once = before is not None and 0 <= _pause(before, check) < PAUSE
            hurried = [*hurried, check] if at_once else [check]
            if len(hurried) == IN_A_ROW:
                yield from hurried
            elif len(hurried) > IN_A_ROW:
                yield check


@lint_rule(
    "polls-after-the-end",
    "warning",
    "checks a key after its `result` was OK",
    instead="Stop at `result` OK. That answer spends the key, and every further check says AsyncKey not found. "
    "Keep the answer if several parts of the client need it.",
)
def polls_after_the_end(seen: Seen) -> Iterator[Line]:
    told = set[str]()
    for line in seen.lines:
        if line.call.reason == "key_spent" and line.key in told:
            yield line
        elif line.key is not None and line.told == "OK":
            told.add(line.key)


@lint_rule(
    "gives-up-early",
    "error",
    "stops checking a task before its usual duration has passed, and never learns how it ended",
    instead="Wait as long as the task may take. Snapshots of large disks take minutes. If a user must not wait, "
    "keep the key and check it later.",
)
def gives_up_early(seen: Seen) -> Iterator[Line]:
    slowed = _first_slowed(seen)
    for key, checks in seen.checks().items():
        task, last = seen.tasks.get(key), checks[-1]
        if (
            task is not None
            and not _was_slowed(task)
            and not (was_queued(task) and slowed.get(task.vm_id, task.sequence) < task.sequence)
            and _has_ended(task, seen)
            and last.told == "Not ready"
        ):
            yield last


def _pause(before: Line, check: Line) -> int:
    return -1 if check.call.received_at is None else check.call.received_at - before.ended_at


def _was_slowed(task: Task) -> bool:
    """Return whether a fault made a task hang or take longer."""
    return task.fault in {"task_hangs", "slow_task"}


def _first_slowed(seen: Seen) -> dict[int, int]:
    """Return the number of the first task of each VM that a fault slowed. Those behind it may have waited for it."""
    first: dict[int, int] = {}
    for task in filter(_was_slowed, seen.tasks.values()):
        first[task.vm_id] = min(task.sequence, first.get(task.vm_id, task.sequence))
    return first


def _has_ended(task: Task, seen: Seen) -> bool:
    return task.state != "running" or (task.due_at is not None and task.due_at <= seen.now)
