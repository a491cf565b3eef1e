"""A task as a bar of the timeline: its start and end, its progress, its polls."""

from collections.abc import Sequence
from dataclasses import dataclass

from invapi_emulator.dashboard.scale import Scale
from invapi_emulator.dashboard.words import action, span
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import Task, progress_at, stage_at
from invapi_emulator.storage.requests import JournalEntry

_NARROWEST = 0.4


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a point in time."""

    place: float
    label: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A task in its lane. Tasks that overlap in time have different rows; `ends` are ends of stages."""

    task: Task
    label: str
    place: float
    width: float
    row: int
    reached: float
    ends: tuple[float, ...]
    polls: tuple[Mark, ...]


def bar_of(scale: Scale, now: Instant, task: Task, row: int, polls: Sequence[JournalEntry]) -> Bar:
    start, end = task.created_at, end_of(task, scale)
    reached = min(now, end, end if task.stops_at is None else task.stops_at)
    inner = [stage.ends_at for stage in task.stages[:-1] if start < stage.ends_at < end]
    return Bar(
        task=task,
        label=_label(task, now),
        place=scale.place(start),
        width=max(round(scale.place(end) - scale.place(start), 3), _NARROWEST),
        row=row,
        reached=scale.within(start, reached, end) if task.state == "running" else 100,
        ends=tuple(scale.within(start, at, end) for at in inner),
        polls=tuple(_tick(scale, poll) for poll in polls if _is_of(poll, task) and _is_seen(poll, scale)),
    )


def end_of(task: Task, scale: Scale) -> Instant:
    """Return the time at which a task's bar ends. The bar of a task that hangs reaches the right edge."""
    if task.ended_at is not None:
        return task.ended_at
    return scale.until if task.due_at is None else task.due_at


def _tick(scale: Scale, poll: JournalEntry) -> Mark:
    return Mark(scale.place(poll.at or 0), f"poll: {poll.fault or poll.result}", bad=poll.fault is not None)


def _is_of(poll: JournalEntry, task: Task) -> bool:
    return poll.fields.get("key") == task.key


def _is_seen(poll: JournalEntry, scale: Scale) -> bool:
    return poll.at is not None and poll.at >= scale.since


def _label(task: Task, now: Instant) -> str:
    if task.state != "running":
        how = "done" if task.state == "done" else f"failed: {task.error}"
        return f"{action(task.action)}, {how}, took {span((task.ended_at or now) - task.created_at)}"
    progress = f"{stage_at(task, now)}, {progress_at(task, now)} %"
    return f"{action(task.action)}, {'hangs' if task.due_at is None else 'running'}: {progress}"
