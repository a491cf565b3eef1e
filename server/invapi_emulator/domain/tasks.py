"""A task: work that takes time, its stages, and its end."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.instants import DAY, LATEST, SECOND, Instant

KindName: TypeAlias = tuple[str, str]
"""The module and the action that start such tasks."""

TaskState: TypeAlias = Literal["running", "done", "failed"]

KEY_LIFETIME = DAY
"""The time after a task's end until its key ages out, on the account's clock (contract 3.7)."""

MAX_TASKS = 10_000
"""Maximum number of tasks that an account keeps (contract 3.7)."""

LARGE_TASK = 4 * 1024
"""Number of bytes of text above which a task is a large one. What calls repeat and what tasks answer can be long."""

MAX_LARGE = 64 * 1024 * 1024
"""Maximum number of bytes of text of all large tasks of an account (contract 8.5)."""

JITTER = 0.1
"""The share by which a stage may be longer or shorter than planned."""


class Stage(Struct, frozen=True):
    """A stage of a kind of task. It takes `seconds`, plus `seconds_per_gb` for each GiB of the VM's disk."""

    name: str
    seconds: float
    seconds_per_gb: float = 0


QUEUED = "queued"
"""The name of the stage in which a task waits for those before it (assumption A-21)."""


class PlannedStage(Struct, frozen=True):
    name: str
    ends_at: Instant


class Task(Struct, frozen=True):
    """A task as stored. Its durations were drawn when it started.

    `due_at` is None for a task that hangs: it never falls due. `stage` is the index of the stage that it entered last.
    `context` has the fields of its call. `polls` counts unfinished checks on an auto clock. `spent` is true once its OK
    was answered (contract 3.6).

    A fault may set these: `fault`, its kind; `fails_with`, the error at its end; `stops_at`, when it hangs; `forgotten`,
    its key is unknown; `stale_for`, the time after its end until lists show its effect.

    `callback_url` is called once it is done.
    """

    key: str
    module: str
    action: str
    vm_id: int
    sequence: int
    context: dict[str, Any]
    stages: tuple[PlannedStage, ...]
    created_at: Instant
    due_at: Instant | None
    state: TaskState = "running"
    stage: int = 0
    ended_at: Instant | None = None
    scope: str | None = None
    debug: str | None = None
    error: str | None = None
    polls: int = 0
    spent: bool = False
    fault: str | None = None
    fails_with: str | None = None
    stops_at: Instant | None = None
    forgotten: bool = False
    stale_for: Instant | None = None
    callback_url: str | None = None


def plan(
    stages: Sequence[Stage],
    size_gb: int,
    now: Instant,
    draw: Callable[[str], float],
) -> tuple[PlannedStage, ...]:
    """Return the stages with their ends. Each starts when the one before is due.

    `draw(stage name)` returns a number in [0, 1) that makes a stage longer or shorter.
    """
    planned, end = [], now
    for stage in stages:
        name = stage.name
        end += round(_planned_ms(stage, size_gb) * _jitter(draw(name))) * (SECOND // 1000)
        planned.append(PlannedStage(name, min(end, LATEST)))
    return tuple(planned)


def advance(task: Task, now: Instant) -> Task:
    """Return the task at `now`: ended, if its due time has come.

    An end is final: a finished task is returned unchanged.
    """
    if task.state != "running" or task.due_at is None or now < task.due_at:
        return task
    return replace(task, state="done", ended_at=task.due_at)


def next_change(task: Task) -> Instant | None:
    """Return when the task enters its next stage or ends. Return None if nothing more will happen."""
    first = task.due_at
    if task.stage < len(task.stages) - 1:
        ends_at = task.stages[task.stage].ends_at
        first = ends_at if first is None else min(first, ends_at)
    return None if first is None or (task.stops_at is not None and first > task.stops_at) else first


def failed(task: Task, error: str) -> Task:
    """Return a task that has just ended as a failed one."""
    return replace(task, state="failed", error=error)


def was_queued(task: Task) -> bool:
    """Tell whether a task waits or waited for others before it."""
    return task.stages[0].name == QUEUED


def stage_at(task: Task, now: Instant) -> str:
    """Return the name of the task's stage, or `done` or `failed` once it has ended."""
    if task.state != "running":
        return task.state
    reached = _reached(task, now)
    return next((stage.name for stage in task.stages if reached < stage.ends_at), task.stages[-1].name)


def progress_at(task: Task, now: Instant) -> int:
    """Return the share of its planned time that has passed, in percent. It is 100 only once the task is done."""
    if task.state == "done":
        return 100
    planned = task.stages[-1].ends_at - task.created_at
    until = _reached(task, now if task.ended_at is None else task.ended_at)
    return max(0, min(99, 100 * (until - task.created_at) // max(planned, 1)))


def at_share(task: Task, share: float, *, of: PlannedStage | None = None) -> Instant:
    """Return when this share of the planned time has passed, or of the time to the end of a stage."""
    planned = (of or task.stages[-1]).ends_at - task.created_at
    return min(task.created_at + round(planned * share), LATEST)


def has_aged_out(task: Task, now: Instant, lifetime: Instant = KEY_LIFETIME) -> bool:
    return task.ended_at is not None and task.ended_at + lifetime <= now


def _reached(task: Task, now: Instant) -> Instant:
    return now if task.stops_at is None else min(now, task.stops_at)


def _planned_ms(stage: Stage, size_gb: int) -> float:
    return (stage.seconds + stage.seconds_per_gb * size_gb) * 1000


def _jitter(fraction: float) -> float:
    return 1 - JITTER + 2 * JITTER * fraction
