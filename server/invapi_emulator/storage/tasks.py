"""An account's tasks in a unit of work."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, func, or_, select

from invapi_emulator.domain.due_queue import DueQueue
from invapi_emulator.domain.instants import LATEST, Instant
from invapi_emulator.domain.tasks import (
    KEY_LIFETIME,
    LARGE_TASK,
    KindName,
    PlannedStage,
    Task,
    next_change,
)
from invapi_emulator.storage.record import Index, Key, Record
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.unit_of_work import UnitOfWork

NEVER: Instant = LATEST + 1
"""Later than any task can fall due."""

_LOOKED_AT = 300
"""Number of the oldest tasks that are searched for aged out ones."""

_FEW = 100
"""Number of keys up to which each task is loaded. For more keys, all tasks of the account are looked at."""

OF_WORLD = (task.c.account_id == bindparam("account_id")) & (task.c.generation == bindparam("generation"))
"""The tasks of an account's present world."""

RUNNING: ColumnElement[bool] = task.c.state == "running"


def _read(columns: dict[str, Any]) -> Task:
    del columns["next_at"]
    columns["stages"] = tuple(PlannedStage(name, ends_at) for name, ends_at in columns["stages"])
    return Task(**columns)


def written_stages(of: Task) -> list[tuple[str, Instant]]:
    return [(stage.name, stage.ends_at) for stage in of.stages]


_FIRST = 5
"""Number of due tasks that are loaded first. If one of them is large, the others are not loaded in this unit."""


def _is_small(of: Task) -> bool:
    """Tell whether a task may stay in memory. What clients send or import could otherwise fill it."""
    size = len(of.scope or "") + len(of.debug or "") + len(of.error or "")
    for value in of.context.values():
        size += len(value) if isinstance(value, str) else len(str(value))
    return size <= LARGE_TASK


TASK = Record(
    task,
    ("key",),
    part=1,
    read=_read,
    changing=(
        "state", "stage", "next_at", "ended_at", "scope", "debug", "error", "polls", "spent", "fails_with",
    ),
    computed={
        "stages": written_stages,
        "next_at": lambda of: next_change(of) if of.state == "running" else None,
    },
    is_small=_is_small,
)  # fmt: skip


class _Due(DueQueue[Key]):
    """The tasks that go on, by the time each enters its next stage or ends."""

    def changed(self, key: Key, value: Task | None) -> None:
        if value is None or value.state != "running":
            self.set(key, None)
        else:
            self.set(key, next_change(value), value.sequence)

    def content(self) -> dict[Key, Instant]:
        return self.times()


_GOING_ON: Statement[tuple[Instant, int, Key]] = Statement(
    select(task.c.next_at, task.c.sequence, task.c.key).where(OF_WORLD, RUNNING, task.c.next_at.is_not(None)),
    lambda at, sequence, key: (at, sequence, (key,)),
)
DUE = Index(TASK, lambda owner: Query(_GOING_ON, owner), _Due)


class _Numbers:
    """The number of the newest task (0 if none) and the count of tasks. Not current after a removal."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        self.last, self.count = next(iter(rows))
        self.current = True

    def changed(self, _key: Key, value: Task | None) -> None:
        if value is None:
            self.current = False
        elif value.sequence > self.last:
            self.last, self.count = value.sequence, self.count + 1

    def content(self) -> tuple[int, int] | None:
        return (self.last, self.count) if self.current else None


_COUNT = select(func.count()).select_from(task).where(OF_WORLD)
_LAST_AND_COUNT: Statement[tuple[int, int]] = Statement(
    select(
        select(func.coalesce(func.max(task.c.sequence), 0)).where(OF_WORLD).scalar_subquery(),
        _COUNT.scalar_subquery(),
    ),
    lambda last, count: (last, count),
)
NUMBERS = Index(TASK, lambda owner: Query(_LAST_AND_COUNT, owner), _Numbers)
_OWNER = Statement(select(task.c.account_id).where(task.c.key == bindparam("wanted")), int)
_OLDEST: Statement[tuple[str, Instant | None]] = Statement(
    select(task.c.key, task.c.ended_at).where(OF_WORLD).order_by(task.c.sequence).limit(_LOOKED_AT),
    lambda key, ended_at: (key, ended_at),
)
_ENDED: Statement[tuple[str, Instant | None]] = Statement(
    select(task.c.key, task.c.ended_at).where(OF_WORLD), lambda key, ended_at: (key, ended_at)
)
_KEYS_OF_VM = Statement(select(task.c.key).where(OF_WORLD, task.c.vm_id == bindparam("vm")), str)


def by_key(unit: UnitOfWork, key: str) -> Task | None:
    return unit.one(TASK, (key,))


def with_known_keys(unit: UnitOfWork, keys: AbstractSet[str], now: Instant) -> set[str]:
    """Return those of these keys that a task has, and that have not aged out."""
    if len(keys) <= _FEW:
        unit.load_all(TASK, [(key,) for key in keys])
        ended = {key: found.ended_at for key in keys if (found := by_key(unit, key)) is not None}
    else:
        ended = _ended(unit)
    then = now - KEY_LIFETIME
    return {key for key, ended_at in ended.items() if key in keys and (ended_at is None or ended_at > then)}


def _ended(unit: UnitOfWork) -> dict[str, Instant | None]:
    """Return when each task of the account ended, None for one that goes on."""
    ended = dict(unit.rows(Query(_ENDED, unit.state.owner)))
    for (key,), changed in unit.changes.of(TASK):
        if changed is None:
            ended.pop(key, None)
        else:
            ended[key] = changed.ended_at
    return ended


def add(unit: UnitOfWork, made: Task) -> None:
    unit.add(TASK, (made.key,), made)
    _note_next_change(unit, made)


def save(unit: UnitOfWork, changed: Task) -> None:
    """Change an existing task."""
    unit.save(TASK, (changed.key,), changed)
    if changed.state == "running":
        _note_next_change(unit, changed)


def changing(unit: UnitOfWork, now: Instant, most: int) -> tuple[list[Task], bool]:
    """Return tasks that enter a stage or end by `now`, earliest first, and whether there may be more.

    They are at most `most`, and few if they are large: these do not stay in memory, and the next unit would load them
    again. Call this before the unit changes a task.
    """
    due = unit.index(DUE)
    first_at = due.first_at()
    if first_at is None or first_at > now:
        return [], False
    keys = due.due(now, most)
    found: list[Task] = []
    for part in (keys[:_FIRST], keys[_FIRST:]):
        unit.load_all(TASK, part)
        found += [each for key in part if (each := unit.one(TASK, key)) is not None]
        if not all(map(_is_small, found)):
            break
    return found, len(found) < len(keys) or len(keys) == most


def first_change(unit: UnitOfWork) -> Instant:
    """Return when the first task entered a stage or ended before the unit's changes; NEVER if none does."""
    first_at = unit.index(DUE).first_at()
    return NEVER if first_at is None else first_at


def is_taken(unit: UnitOfWork, key: str) -> bool:
    """Tell whether a task of any account has this key."""
    started_here = unit.changes.found(TASK, (key,), None)
    return started_here is not None or bool(unit.rows(_OWNER.of(wanted=key)))


def last_and_count(unit: UnitOfWork) -> tuple[int, int]:
    """Return the number of the newest task (0 if none) and the count of tasks, before the unit's changes."""
    numbers = unit.index(NUMBERS)
    if not numbers.current:
        unit.evict(NUMBERS)
        numbers = unit.index(NUMBERS)
    return numbers.last, numbers.count


def remove_of_vm(unit: UnitOfWork, vm_id: int, kept: str | None = None) -> None:
    """Remove the tasks of a VM that goes, but for one with the key `kept`. Their keys become unknown."""
    keys = set(unit.rows(_KEYS_OF_VM.of(**unit.state.owner, vm=vm_id)))
    for (key,), changed in unit.changes.of(TASK):
        if changed is None:
            keys.discard(key)  # it has gone already
        elif changed.vm_id == vm_id:
            keys.add(key)
    unit.remove_all(TASK, [(key,) for key in keys - {kept}])


def drop_aged_out(unit: UnitOfWork, now: Instant) -> None:
    """Drop tasks with aged out keys, among the oldest. Other aged out keys are found when they are used."""
    then = now - KEY_LIFETIME
    oldest = unit.rows(Query(_OLDEST, unit.state.owner))
    drop(unit, [key for key, ended_at in oldest if ended_at is not None and ended_at <= then])


def is_one_of(kinds: Sequence[KindName]) -> ColumnElement[bool]:
    return or_(false(), *((task.c.module == module) & (task.c.action == action) for module, action in kinds))


def drop(unit: UnitOfWork, keys: Iterable[str]) -> None:
    unit.remove_all(TASK, [(key,) for key in keys])


def _note_next_change(unit: UnitOfWork, of: Task) -> None:
    at = next_change(of)
    if at is not None and at < first_change(unit):
        unit.due_earlier = True
