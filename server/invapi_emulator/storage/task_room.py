"""Room for tasks: how many an account keeps, and how much text the large ones have together (contract 3.7, 8.5)."""

from collections.abc import Iterable
from functools import cache

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, literal, select

from invapi_emulator.domain.tasks import LARGE_TASK, KindName, Task
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.octets import octets
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.tasks import (
    OF_WORLD,
    RUNNING,
    TASK,
    drop,
    is_one_of,
    last_and_count,
    written_stages,
)
from invapi_emulator.storage.unit_of_work import UnitOfWork

_TEXTS = ("scope", "debug", "error", "fails_with", "callback_url")
_JSON = ("context", "stages")
_ALL = 2**31
"""More than the tasks of any account."""


class _Large(Struct, frozen=True):
    """A large task: its kind, its number, and the bytes of its text."""

    kind: KindName
    sequence: int
    running: bool
    size: int


def text_size(of: Task) -> int:
    """Return the number of bytes of a task's text, as stored."""
    written = len(json_text(of.context)) + len(json_text(written_stages(of)))
    return written + sum(len((getattr(of, name) or "").encode(errors="surrogatepass")) for name in _TEXTS)


def _large(of: Task | None) -> _Large | None:
    size = 0 if of is None else text_size(of)
    if of is None or size <= LARGE_TASK:
        return None
    return _Large((of.module, of.action), of.sequence, of.state == "running", size)


class _LargeTasks:
    """The large tasks by key, and the bytes of their text together."""

    def __init__(self, rows: Iterable[tuple[Key, _Large]]) -> None:
        self.by_key = dict(rows)
        self.size = sum(each.size for each in self.by_key.values())

    def changed(self, key: Key, value: Task | None) -> None:
        large = _large(value)
        before = self.by_key.pop(key, None)
        if large is not None:
            self.by_key[key] = large
        self.size += (large.size if large else 0) - (before.size if before else 0)

    def content(self) -> tuple[int, dict[Key, _Large]]:
        return self.size, self.by_key


_SIZE: ColumnElement[int] = sum(
    (func.coalesce(octets(task.c[name]), 0) for name in (*_JSON, *_TEXTS)), start=literal(0)
)
# The limit keeps SQLite from counting the bytes twice, in the list of columns and in the condition.
_SIZES = (
    select(
        task.c.key, task.c.module, task.c.action, task.c.sequence, RUNNING.label("runs"), _SIZE.label("size")
    )
    .where(OF_WORLD)
    .limit(_ALL)
    .subquery()
)
_LARGE: Statement[tuple[Key, _Large]] = Statement(
    select(_SIZES).where(_SIZES.c.size > LARGE_TASK),
    lambda key, module, action, number, runs, size: (
        (key,),
        _Large((module, action), number, bool(runs), size),
    ),
)
LARGE_TASKS = Index(TASK, lambda owner: Query(_LARGE, owner), _LargeTasks)


def make_room(unit: UnitOfWork, most: int, reading: tuple[KindName, ...]) -> None:
    """Drop tasks until one more fits into `most`: ended ones first, then those of the `reading` kinds.

    The oldest go first. A running task that changes something is never dropped (contract 3.7).
    """
    surplus = last_and_count(unit)[1] + 1 - most
    for droppable in (_droppable(None), _droppable(reading)):
        if surplus <= 0:
            return
        doomed = unit.rows(Query(droppable, {**unit.state.owner, "most": surplus}))
        drop(unit, doomed)
        surplus -= len(doomed)


def make_room_for_text(unit: UnitOfWork, of: Task, most: int, reading: tuple[KindName, ...]) -> None:
    """Drop large tasks but this one, in the same order, until the text of the others and its own has at most `most` bytes.

    The unit has saved the task. If it is not a large one, nothing goes.
    """
    if _large(of) is None:
        return
    held = unit.index(LARGE_TASKS)
    changed = {key: _large(value) for key, value in unit.changes.of(TASK)}
    before = sum(held.by_key[key].size for key in changed if key in held.by_key)
    surplus = held.size - before + sum(each.size for each in changed.values() if each) - most
    if surplus <= 0:
        return
    present = {key: each for key, each in {**held.by_key, **changed}.items() if each and key != (of.key,)}
    for key in _in_order(present, reading):
        if surplus <= 0:
            return
        drop(unit, [key[0]])
        surplus -= present[key].size


def _in_order(present: dict[Key, _Large], reading: tuple[KindName, ...]) -> list[Key]:
    """Return the keys of the tasks that may go, in the order in which they go."""
    may_go = [key for key, each in present.items() if not each.running or each.kind in reading]
    return sorted(may_go, key=lambda key: (present[key].running, present[key].sequence))


@cache
def _droppable(reading: tuple[KindName, ...] | None) -> Statement[str]:
    """Return a query for tasks to drop, oldest first: ended ones, or running ones of the `reading` kinds."""
    which = ~RUNNING if reading is None else RUNNING & is_one_of(reading)
    found = select(task.c.key).where(OF_WORLD, which).order_by(task.c.sequence)
    return Statement(found.limit(bindparam("most")), str)
