"""The timeline: a lane for each VM, a bar for each task, on the account's clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.bars import Bar, Mark, bar_of, end_of
from invapi_emulator.dashboard.chain import newest_reset
from invapi_emulator.dashboard.scale import Scale, window_of
from invapi_emulator.dashboard.words import span
from invapi_emulator.domain.instants import SECOND, Instant, parse_iso
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage import events
from invapi_emulator.storage.events import Event, EventKind
from invapi_emulator.storage.requests import JournalEntry

MOST_TASKS = 50
_MARKED: tuple[EventKind, ...] = ("clock_moved", "fault_fired", "reset", "imported")
_MOST_MARKS = 200
_TIMES = 4


@dataclass(frozen=True, slots=True)
class Jump:
    """A period that the clock was moved across."""

    place: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    vm_id: int
    rows: int
    bars: tuple[Bar, ...]
    faults: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """`most_marks`: how many moves of the clock and faults were looked at, None if these are all."""

    length: Instant
    now_place: float
    reset: Event | None
    reset_place: float | None
    times: tuple[tuple[float, Instant], ...]
    lanes: tuple[Lane, ...]
    jumps: tuple[Jump, ...]
    most_marks: int | None


def timeline_of(
    context: AccountContext,
    window: str,
    vm_ids: Iterable[int],
    tasks: Sequence[Task],
    polls: Sequence[JournalEntry],
) -> Timeline:
    scale = window_of(window, tasks, context.now)
    marks = _marks(context)
    jumps = (_jump(scale, event) for event in marks if event.kind == "clock_moved")
    lanes = (
        Lane(
            vm_id,
            max(len(rows), 1),
            tuple(_bars(scale, context.now, rows, polls)),
            _faults(scale, marks, vm_id),
        )
        for vm_id in vm_ids
        for rows in [_rows(scale, [task for task in tasks if task.vm_id == vm_id])]
    )
    reset = newest_reset(context)
    return Timeline(
        length=scale.until - scale.since,
        now_place=scale.place(context.now),
        reset=reset,
        reset_place=scale.place(reset.at) if reset and scale.since <= reset.at <= scale.until else None,
        times=tuple((scale.place(at), at) for at in scale.times(_TIMES)),
        lanes=tuple(lanes),
        jumps=tuple(jump for jump in jumps if jump is not None),
        most_marks=_MOST_MARKS if len(marks) == _MOST_MARKS else None,
    )


def _marks(context: AccountContext) -> list[Event]:
    """Return the events to mark, oldest first. Events outlive resets; skip those of former worlds."""
    marks = events.newest(context.tx, context.account.id, _MARKED, _MOST_MARKS)
    resets = [place for place, event in enumerate(marks) if event.kind in ("reset", "imported")]
    return marks[resets[-1] + 1 :] if resets else marks


def _rows(scale: Scale, tasks: Iterable[Task]) -> list[list[Task]]:
    """Return the visible tasks in rows, so that no tasks of a row overlap."""
    rows: list[list[Task]] = []
    for task in tasks:
        if end_of(task, scale) < scale.since:
            continue
        free = (row for row in rows if end_of(row[-1], scale) <= task.created_at)
        row = next(free, None)
        if row is None:
            rows.append([task])
        else:
            row.append(task)
    return rows


def _bars(scale: Scale, now: Instant, rows: list[list[Task]], polls: Sequence[JournalEntry]) -> list[Bar]:
    return [bar_of(scale, now, task, number, polls) for number, row in enumerate(rows) for task in row]


def _faults(scale: Scale, marks: Sequence[Event], vm_id: int) -> tuple[Mark, ...]:
    return tuple(
        Mark(scale.place(event.at), f"fault {event.data['fault']} on {event.data['action']}", bad=True)
        for event in marks
        if event.kind == "fault_fired" and event.data.get("vm") == vm_id and event.at >= scale.since
    )


def _jump(scale: Scale, event: Event) -> Jump | None:
    was, moved_to = parse_iso(event.data["was"]), parse_iso(event.data["now"])
    if moved_to < scale.since or was > scale.until:
        return None
    moved = moved_to - was >= SECOND // 10
    label = f"clock moved {span(moved_to - was)}" if moved else f"clock is {event.data.get('mode', 'set')}"
    left = scale.place(was)
    return Jump(left, round(scale.place(moved_to) - left, 3), label)
