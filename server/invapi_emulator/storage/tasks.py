"""Queries about tasks."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from invapi_emulator.domain.instants import LATEST, Instant
from invapi_emulator.domain.tasks import KEY_LIFETIME, LARGE_CONTEXT, PlannedStage, Task, next_change
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.transaction import Transaction

NEVER: Instant = LATEST + 1
"""Later than any task falls due."""

_PLAIN = tuple(name for name in Task.__dataclass_fields__ if name != "stages")
_CHANGING_COLUMNS = (
    "state", "stage", "next_at", "ended_at", "scope", "debug", "error", "polls", "spent", "fails_with",
)  # fmt: skip
_MINE = task.c.account_id == bindparam("account")

_SAVE = Prepared(update(task).where(task.c.key == bindparam("of_key")), _CHANGING_COLUMNS, leaves_known=True)
_BY_KEY = Prepared(select(task).where(_MINE, task.c.key == bindparam("wanted")))
_OWNER = Prepared(select(task.c.account_id).where(task.c.key == bindparam("wanted")))
_FIRST_AND_LAST = Prepared(  # apart, or SQLite reads all that lie between
    select(*(select(end(task.c.sequence)).where(_MINE).scalar_subquery() for end in (func.min, func.max)))
)
_CHANGING = Prepared(
    select(task)
    .where(_MINE, task.c.state == "running", task.c.next_at <= bindparam("now"))
    .order_by(task.c.next_at, task.c.sequence)
    .limit(bindparam("most"))
)
_FIRST_CHANGE = Prepared(
    select(func.min(task.c.next_at)).where(_MINE, task.c.state == "running", task.c.next_at.is_not(None))
)
_DROP_AGED_OUT = Prepared(delete(task).where(_MINE, task.c.ended_at <= bindparam("then")))


def add(tx: Transaction, account_id: int, made: Task) -> None:
    row = _row(made) | {"account_id": account_id}
    _inserting(tuple(row)).run(tx, row)
    _note_next_change(tx, account_id, row["next_at"])
    first, last = tx.known.get(("task numbers", account_id), (None, None))
    if first is not None and last is not None:
        tx.keep(("task numbers", account_id), (first or made.sequence, max(last, made.sequence)))


def save(tx: Transaction, account_id: int, changed: Task) -> None:
    """Write what changes in a task's life."""
    row = {name: getattr(changed, name) for name in _CHANGING_COLUMNS if name != "next_at"}
    next_at = next_change(changed)
    _SAVE.run(tx, row | {"next_at": next_at, "of_key": changed.key})
    if ("task", account_id, changed.key) in tx.known:
        _keep(tx, account_id, changed)
    _note_next_change(tx, account_id, next_at)


def by_key(tx: Transaction, account_id: int, key: str) -> Task | None:
    known: Task | None = tx.known.get(("task", account_id, key))
    if known is not None:
        return known
    row = _BY_KEY.first(tx, account=account_id, wanted=key)
    if row is None:
        return None
    return _keep(tx, account_id, _from_row(row))


def changing(tx: Transaction, account_id: int, now: Instant, most: int) -> list[Task]:
    """Return the tasks that enter a stage or end by now, the first to do so first, `most` at the most."""
    if now < first_change(tx, account_id):
        return []
    tx.forget(("next change", account_id))
    return [_from_row(row) for row in _CHANGING.all(tx, account=account_id, now=now, most=most)]


def first_change(tx: Transaction, account_id: int) -> Instant:
    """Return when the first of the tasks enters a stage or ends, or an earlier time; NEVER when none will."""
    return tx.once(("next change", account_id), lambda: _FIRST_CHANGE.scalar(tx, account=account_id) or NEVER)


def owner_of(tx: Transaction, key: str) -> int | None:
    """Return the id of the account whose task has this key; None when no task has."""
    owner: int | None = _OWNER.scalar(tx, wanted=key)
    return owner


def sequences(tx: Transaction, account_id: int) -> list[int]:
    """Return the numbers that the account's tasks have."""
    return list(tx.execute(select(task.c.sequence).where(task.c.account_id == account_id)).scalars())


def first_and_last_sequence(tx: Transaction, account_id: int) -> tuple[int, int]:
    """Return the numbers of the account's oldest and newest task, 0 without any."""

    def read() -> tuple[int, int]:
        first, last = _FIRST_AND_LAST.all(tx, account=account_id)[0]
        return first or 0, last or 0

    return tx.once(("task numbers", account_id), read)


def last_due_at(tx: Transaction, account_id: int) -> Instant | None:
    """Return when the last of the tasks under way will be due; None when none ever will."""
    where = (task.c.account_id == account_id) & (task.c.state == "running")
    latest: Instant | None = tx.execute(select(func.max(task.c.due_at)).where(where)).scalar_one()
    return latest


def latest_of_each(tx: Transaction) -> dict[int, Instant]:
    """Return by account the latest time at which a task started or ended."""
    seen = func.max(func.coalesce(task.c.ended_at, task.c.created_at))
    rows = tx.execute(select(task.c.account_id, seen).group_by(task.c.account_id))
    return {row[0]: row[1] for row in rows}


def by_state(tx: Transaction) -> dict[str, int]:
    """Return how many tasks there are in each state, of all accounts."""
    rows = tx.execute(select(task.c.state, func.count()).group_by(task.c.state))
    return {row[0]: row[1] for row in rows}


def hanging(tx: Transaction, account_id: int) -> list[str]:
    """Return the keys of the tasks that will never fall due."""
    where = (task.c.account_id == account_id) & (task.c.state == "running") & task.c.due_at.is_(None)
    return list(tx.execute(select(task.c.key).where(where).order_by(task.c.sequence)).scalars())


def of_account(tx: Transaction, account_id: int, now: Instant) -> list[Task]:
    """Return those whose key has not aged out, in the order they were started."""
    return _all(tx, _kept(account_id, now), task.c.sequence)


def of_vm(tx: Transaction, account_id: int, vm_id: int, now: Instant) -> list[Task]:
    return _all(tx, _kept(account_id, now) & (task.c.vm_id == vm_id), task.c.sequence + 0)


def newest(
    tx: Transaction, account_id: int, since: Instant, most: int, vm_id: int | None = None
) -> list[Task]:
    """Return those that had not ended at `since`, the newest `most`, in the order they were started."""
    where = (task.c.account_id == account_id) & (func.coalesce(task.c.ended_at, since) >= since)
    if vm_id is None:
        return _all(tx, where, task.c.sequence.desc(), most=most)[::-1]
    in_no_index = (task.c.sequence + 0).desc()  # or SQLite reads those of all VMs in that order
    return _all(tx, where & (task.c.vm_id == vm_id), in_no_index, most=most)[::-1]


def spans(
    tx: Transaction, account_id: int, vm_id: int, actions: tuple[str, ...], since: Instant, now: Instant
) -> list[tuple[Instant, Instant]]:
    """Return start and end of a VM's tasks of these actions that did not end before `since`."""
    end = func.coalesce(task.c.ended_at, now)
    mine = (task.c.account_id == account_id) & (task.c.vm_id == vm_id)
    rows = tx.execute(select(task.c.created_at, end).where(mine, task.c.action.in_(actions), end >= since))
    return [(created_at, ended_at) for created_at, ended_at in rows]


def drop_aged_out(tx: Transaction, account_id: int, now: Instant) -> None:
    _DROP_AGED_OUT.run(tx, {"account": account_id, "then": now - KEY_LIFETIME})


def make_room(tx: Transaction, account_id: int, most: int, reading: tuple[str, ...]) -> None:
    """Drop tasks until one more fits in `most`: ended ones first, then those of the `reading` actions.

    The oldest go first. A changing task under way is never dropped (contract 3.7).
    """
    counted = select(func.count()).select_from(task).where(task.c.account_id == account_id)
    surplus = tx.execute(counted).scalar_one() + 1 - most
    for droppable in _droppable(account_id, reading):
        if surplus <= 0:
            return
        doomed = list(tx.execute(droppable.limit(surplus)).scalars())
        tx.execute(delete(task).where(task.c.key.in_(doomed)))
        surplus -= len(doomed)


def make_room_for_context(tx: Transaction, account_id: int, most: int, reading: tuple[str, ...]) -> None:
    """Drop tasks, in the same order, until the contexts of those that are left have `most` bytes together."""
    size = func.length(cast(task.c.context, Text))
    held = select(func.sum(size)).where(task.c.account_id == account_id)
    surplus = (tx.execute(held).scalar_one() or 0) - most
    for droppable in _droppable(account_id, reading):
        doomed = []
        for key, freed in tx.execute(droppable.add_columns(size)):
            if surplus <= 0:
                break
            doomed.append(key)
            surplus -= freed
        tx.execute(delete(task).where(task.c.key.in_(doomed)))


def _droppable(account_id: int, reading: tuple[str, ...]) -> tuple[Select[Any], Select[Any]]:
    """Return what finds the keys of those that may be dropped, the oldest first: ended ones, then reading ones."""
    mine = select(task.c.key).where(task.c.account_id == account_id).order_by(task.c.sequence)
    running = task.c.state == "running"
    return mine.where(~running), mine.where(running, task.c.action.in_(reading))


def _keep(tx: Transaction, account_id: int, found: Task) -> Task:
    """Know a task from now on, but none that is large: what clients sent or imported would fill the memory."""
    key = ("task", account_id, found.key)
    texts = (str(found.context), found.scope, found.debug, found.error)
    if sum(len(text) for text in texts if text is not None) > LARGE_CONTEXT:
        tx.forget(key)
        return found
    return tx.keep(key, found)


def _note_next_change(tx: Transaction, account_id: int, at: Instant | None) -> None:
    """Let it be known, if it was, when a task of the account is the first to change; none does before that."""
    known = tx.known.get(("next change", account_id))
    if known is not None and at is not None and at < known:
        tx.keep(("next change", account_id), at)


def _kept(account_id: int, now: Instant) -> ColumnElement[bool]:
    aged_out = task.c.ended_at.is_not(None) & (task.c.ended_at <= now - KEY_LIFETIME)
    return (task.c.account_id == account_id) & ~aged_out


def _all(tx: Transaction, where: ColumnElement[bool], *order: Any, most: int | None = None) -> list[Task]:
    return [_from_row(row) for row in tx.execute(select(task).where(where).order_by(*order).limit(most))]


@cache
def _inserting(columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(task), columns, leaves_known=True)


def _row(stored: Task) -> dict[str, Any]:
    """Return its columns, but those that stay null."""
    row = {name: value for name in _PLAIN if (value := getattr(stored, name)) is not None}
    row["stages"] = [[stage.name, stage.ends_at] for stage in stored.stages]
    row["next_at"] = next_change(stored)
    return row


def _from_row(row: Any) -> Task:
    columns = row._asdict()
    del columns["account_id"], columns["next_at"]
    columns["stages"] = tuple(PlannedStage(name, ends_at) for name, ends_at in columns["stages"])
    return Task(**columns)
