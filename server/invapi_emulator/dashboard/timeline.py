"""The timeline: a lane for each VM, a bar for each task, on the account's clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invapi_emulator.dashboard.words import action, span
from invapi_emulator.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_iso
from invapi_emulator.domain.tasks import Task, progress_at, stage_at
from invapi_emulator.storage.events import Event
from invapi_emulator.storage.requests import Request

WINDOWS = {"2m": 2 * MINUTE, "10m": 10 * MINUTE, "1h": HOUR, "6h": 6 * HOUR, "24h": DAY}
MOST_TASKS = 50
_FITTED = 8
_AIR = 0.04


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns times into places, in percent of the width."""

    since: Instant
    until: Instant

    def place(self, at: Instant) -> float:
        share = (at - self.since) / max(self.until - self.since, 1)
        return round(100 * max(0.0, min(1.0, share)), 3)

    def within(self, start: Instant, at: Instant, end: Instant) -> float:
        """Return the place of `at` in a bar from `start` to `end`, in percent of what is seen of the bar."""
        left, right = self.place(start), self.place(end)
        return round(100 * (self.place(at) - left) / (right - left), 3) if right > left else 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment."""

    place: float
    label: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    place: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A task in its lane: `row` keeps apart what runs at the same time; `ends` are where its stages end."""

    task: Task
    label: str
    place: float
    width: float
    row: int
    reached: float
    ends: tuple[float, ...]
    polls: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    vm_id: int
    rows: int
    bars: tuple[Bar, ...]
    faults: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    scale: Scale
    now_place: float
    hours: tuple[tuple[float, Instant], ...]
    lanes: tuple[Lane, ...]
    jumps: tuple[Jump, ...]


def window_of(wanted: str, tasks: Sequence[Task], now: Instant) -> Scale:
    """Return what the timeline shows: as asked, or as short a time as holds the newest tasks."""
    until = max([now, *(task.due_at for task in tasks if task.state == "running" and task.due_at)])
    first = min((task.created_at for task in tasks[-_FITTED:]), default=now)
    length = WINDOWS.get(wanted) or min(max(now - first, MINUTE), DAY)
    until = min(until, now + length)
    return Scale(max(now - length, 0), until + round((until - now + length) * _AIR))


def timeline_of(
    scale: Scale,
    now: Instant,
    vm_ids: Iterable[int],
    tasks: Sequence[Task],
    polls: Sequence[Request],
    events: Sequence[Event],
) -> Timeline:
    lanes = [_lane(scale, now, vm_id, tasks, polls, events) for vm_id in vm_ids]
    step = max((scale.until - scale.since) // 4, 1)
    times = [scale.since + step * number for number in range(4)]
    jumps = (_jump(scale, event) for event in events if event.kind == "clock_moved")
    return Timeline(
        scale=scale,
        now_place=scale.place(now),
        hours=tuple((scale.place(at), at) for at in times),
        lanes=tuple(lanes),
        jumps=tuple(jump for jump in jumps if jump is not None),
    )


def _lane(
    scale: Scale,
    now: Instant,
    vm_id: int,
    tasks: Sequence[Task],
    polls: Sequence[Request],
    events: Sequence[Event],
) -> Lane:
    rows: list[Instant] = []
    bars = []
    for task in tasks:
        start, end = task.created_at, _end(task, now, scale)
        if task.vm_id != vm_id or end < scale.since:
            continue
        row = next((row for row, taken in enumerate(rows) if taken <= start), len(rows))
        rows[row : row + 1] = [max(end, start + 1)]
        bars.append(_bar(scale, now, task, row, polls))
    fired = [event for event in events if event.kind == "fault_fired" and event.data.get("vm") == vm_id]
    faults = tuple(
        Mark(scale.place(event.at), f"fault {event.data['fault']} on {event.data['action']}", bad=True)
        for event in fired
        if event.at >= scale.since
    )
    return Lane(vm_id, max(len(rows), 1), tuple(bars), faults)


def _bar(scale: Scale, now: Instant, task: Task, row: int, polls: Sequence[Request]) -> Bar:
    start, end = task.created_at, _end(task, now, scale)
    left, right = scale.place(start), scale.place(end)
    reached = min(now if task.stops_at is None else min(now, task.stops_at), end)
    inner = [stage.ends_at for stage in task.stages[:-1] if start < stage.ends_at < end]
    return Bar(
        task=task,
        label=_label(task, now),
        place=left,
        width=max(right - left, 0.4),
        row=row,
        reached=scale.within(start, reached, end) if task.state == "running" else 100,
        ends=tuple(scale.within(start, at, end) for at in inner),
        polls=tuple(
            Mark(scale.place(poll.at), f"poll: {poll.fault or poll.result}", bad=poll.fault is not None)
            for poll in polls
            if poll.fields.get("key") == task.key and poll.at is not None and poll.at >= scale.since
        ),
    )


def _end(task: Task, now: Instant, scale: Scale) -> Instant:
    if task.ended_at is not None:
        return task.ended_at
    return task.due_at if task.due_at is not None else max(scale.until, now)


def _label(task: Task, now: Instant) -> str:
    if task.state != "running":
        how = "done" if task.state == "done" else f"failed: {task.error}"
        return f"{action(task.action)}, {how}, took {span((task.ended_at or now) - task.created_at)}"
    progress = f"{stage_at(task, now)}, {progress_at(task, now)} %"
    return f"{action(task.action)}, {'hangs' if task.due_at is None else 'running'}: {progress}"


def _jump(scale: Scale, event: Event) -> Jump | None:
    was, moved_to = parse_iso(event.data["was"]), parse_iso(event.data["now"])
    if moved_to < scale.since or was > scale.until:
        return None
    length = moved_to - was
    label = (
        f"clock moved {span(length)}"
        if length >= SECOND // 10
        else f"clock is {event.data.get('mode', 'set')}"
    )
    left = scale.place(was)
    return Jump(left, round(scale.place(moved_to) - left, 3), label)
