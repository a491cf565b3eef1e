"""Lint rules about polling: how a client waits for a task."""

from bisect import bisect_right
from collections.abc import Iterator

from invapi_emulator.client_lint.rule import Line, Seen, checks_in, lint_rule
from invapi_emulator.client_lint.states import end_of, is_answered, shows_state, was_slowed
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.tasks import Task, was_queued
from invapi_emulator.engine.tasks.kinds import kind_of

PAUSE = SECOND // 2
"""Minimum real time that a client should wait between two checks."""

IN_A_ROW = 3
"""Number of checks without a pause before them that count as busy polling. Fewer may come from a person."""

_ANSWERED_AT_ONCE = frozenset({("vm", "get_snapshot")})
"""Tasks whose result is in the first answer already (contract 4.7)."""


@lint_rule(
    "busy-polling",
    "warning",
    "checks a key repeatedly without a pause",
    instead="Wait a second before the first check, and longer before each further one, up to about ten seconds. "
    "Tasks take minutes, and a rate limit counts every check.",
)
def busy_polling(seen: Seen) -> Iterator[Line]:
    for checks in [checks for lines in seen.worlds() for checks in checks_in(lines).values()]:
        hurried: list[Line] = []
        for before, check in zip([None, *checks[:-1]], checks, strict=True):
            at_once = before is not None and before.was_read and 0 <= _pause(before, check) < PAUSE
            hurried = [*hurried, check] if at_once else []
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
    for lines in seen.worlds():
        told: dict[str, Line] = {}
        for line in lines:
            if line.key is None:
                continue
            if line.call.reason == "key_spent" and line.key in told and line.knows(told[line.key]):
                yield line
            elif line.told == "OK":
                told.setdefault(line.key, line)


@lint_rule(
    "gives-up-early",
    "error",
    "stops checking a task before its usual duration has passed, and never learns how it ended",
    instead="Wait as long as the task may take. Snapshots of large disks take minutes. If a user must not wait, "
    "keep the key and check it later.",
)
def gives_up_early(seen: Seen) -> Iterator[Line]:
    slowed, lines = _first_slowed(seen), seen.worlds()[-1]
    looks = [line for line in lines if line.key is None and is_answered(line)]
    for key, checks in checks_in(lines).items():
        task, last = seen.tasks.get(key), checks[-1]
        if (
            task is not None
            and (task.module, task.action) not in _ANSWERED_AT_ONCE
            and not was_slowed(task)
            and not (was_queued(task) and slowed.get(task.vm_id, task.sequence) < task.sequence)
            and _has_ended(task, seen)
            and last.told == "Not ready"
            and not any("not_ready" in check.faults for check in checks)
            and not _may_learn_otherwise(task, last, looks, seen)
        ):
            yield last


def _pause(before: Line, check: Line) -> int:
    return -1 if check.call.received_at is None else check.call.received_at - before.ended_at


def _first_slowed(seen: Seen) -> dict[int, int]:
    """Return the number of the first task of each VM that a fault slowed. Those behind it may have waited for it."""
    first: dict[int, int] = {}
    for task in filter(was_slowed, seen.tasks.values()):
        first[task.vm_id] = min(task.sequence, first.get(task.vm_id, task.sequence))
    return first


def _may_learn_otherwise(task: Task, last: Line, looks: list[Line], seen: Seen) -> bool:
    """Return whether the client need not check again: it is called, sees the effect, or has cancelled the server."""
    return (
        task.callback_url is not None
        or seen.removals.may_have(task.vm_id, last.call.after_event)
        or any(
            (line.call.at or 0) >= (end_of(task) or 0) and _shows(line, task)
            for line in looks[bisect_right(looks, last.number, key=lambda line: line.number) :]
        )
    )


def _shows(line: Line, task: Task) -> bool:
    """Return whether an answered call shows what a task did. A login shows which servers there are."""
    is_login = kind_of(task).installs and line.call.module == "auth"
    return is_login or shows_state(line, task.vm_id, task.module)


def _has_ended(task: Task, seen: Seen) -> bool:
    return task.state != "running" or (task.due_at is not None and task.due_at <= seen.now)
