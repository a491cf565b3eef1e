"""Tasks in SQL: those of an account's present world, and those of its former worlds."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, literal_column, select

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import KEY_LIFETIME, Task
from invapi_emulator.storage.among import among
from invapi_emulator.storage.next_changes import OF_PRESENT_WORLD
from invapi_emulator.storage.statement import Statement, Write
from invapi_emulator.storage.tables import account, task
from invapi_emulator.storage.tasks import OF_WORLD, RUNNING, TASK
from invapi_emulator.storage.transaction import Transaction

_KEPT = OF_WORLD & (task.c.ended_at.is_(None) | (task.c.ended_at > bindparam("then")))
_SINCE = OF_WORLD & (task.c.ended_at.is_(None) | (task.c.ended_at >= bindparam("since")))
_OF_VM = task.c.vm_id == bindparam("vm")
# + 0: with a plain order SQLite reads the tasks of all VMs.
_OF_ACCOUNT = TASK.where(_KEPT, order=task.c.sequence)
_KEPT_OF_VM = TASK.where(_KEPT, _OF_VM, order=task.c.sequence + 0)
_NEWEST = TASK.where(_SINCE, order=task.c.sequence.desc(), most=bindparam("most"))
_NEWEST_OF_VM = TASK.where(_SINCE, _OF_VM, order=(task.c.sequence + 0).desc(), most=bindparam("most"))
_COUNT = Statement(select(func.count()).select_from(task).where(_SINCE), int)
_COUNT_OF_VM = Statement(select(func.count()).select_from(task).where(_SINCE, _OF_VM), int)
_ZERO = literal_column("0", Integer)
FREE_KEY = Write(
    delete(task).where(
        task.c.key == bindparam("wanted"),
        task.c.account_id + _ZERO == bindparam("of_account"),
        task.c.generation + _ZERO < bindparam("before"),
    ),
    ("wanted", "of_account", "before"),
)
"""Removes a task of a former world when its key is used again.

+ 0: by plain columns PostgreSQL goes through all former tasks of the account while its statistics are old.
"""

_FORMER = (task.c.account_id == bindparam("of_account")) & (task.c.generation < bindparam("before"))
_OWNER: Statement[tuple[int, int]] = Statement(
    select(task.c.account_id, task.c.vm_id).where(task.c.key == bindparam("wanted"), ~_FORMER),
    lambda account_id, vm_id: (account_id, vm_id),
)

_CLEARED = 200
"""Number of tasks of former worlds that are cleared away at a time."""


def of_account(tx: Transaction, of: Account, now: Instant) -> list[Task]:
    """Return the tasks whose key has not aged out, in the order they were started."""
    found = _OF_ACCOUNT.all(tx, **_owner(of), then=now - KEY_LIFETIME)
    return [task for _, task in found]


def lazily_of_account(tx: Transaction, of: Account, now: Instant) -> Iterator[Task]:
    """Return what `of_account` does. Each task is made when it is asked for."""
    found = _OF_ACCOUNT.lazily(tx, **_owner(of), then=now - KEY_LIFETIME)
    return (task for _, task in found)


def of_vm(tx: Transaction, of: Account, vm_id: int, now: Instant) -> list[Task]:
    return list(lazily_of_vm(tx, of, vm_id, now))


def lazily_of_vm(tx: Transaction, of: Account, vm_id: int, now: Instant) -> Iterator[Task]:
    """Return what `of_vm` does. Each task is made when it is asked for."""
    found = _KEPT_OF_VM.lazily(tx, **_owner(of), then=now - KEY_LIFETIME, vm=vm_id)
    return (task for _, task in found)


def newest(tx: Transaction, of: Account, since: Instant, most: int, vm_id: int | None = None) -> list[Task]:
    """Return the newest `most` tasks that had not ended at `since`, in the order they were started."""
    if vm_id is None:
        found = _NEWEST.all(tx, **_owner(of), since=since, most=most)
    else:
        found = _NEWEST_OF_VM.all(tx, **_owner(of), since=since, most=most, vm=vm_id)
    return [task for _, task in reversed(found)]


def count(tx: Transaction, of: Account, since: Instant, vm_id: int | None = None) -> int:
    """Return the number of tasks that had not ended at `since`."""
    if vm_id is None:
        return _COUNT.first(tx, **_owner(of), since=since) or 0
    return _COUNT_OF_VM.first(tx, **_owner(of), since=since, vm=vm_id) or 0


def digests_of_vm(tx: Transaction, of: Account, vm_id: int, now: Instant) -> list[int]:
    """Return a digest of each task of `of_vm`, to compare it with that of another time. Texts of tasks may have 64 MiB."""
    found = _KEPT_OF_VM.raw(tx, **_owner(of), then=now - KEY_LIFETIME, vm=vm_id)
    return [hash(tuple(row)) for row in found]


def sequences(tx: Transaction, of: Account) -> list[int]:
    """Return the sequence numbers of the account's tasks."""
    return list(tx.execute(select(task.c.sequence).where(_of(of))).scalars())


def sequences_among(tx: Transaction, of: Account, wanted: Collection[int], without: int) -> set[int]:
    """Return which of these sequence numbers a task of the account's VMs but one has."""
    return among(tx, task.c.sequence, wanted, _of(of) & (task.c.vm_id != without))


def owner_of(tx: Transaction, key: str, of: Account) -> tuple[int, int] | None:
    """Return the ids of the account and of the VM whose task has this key, or None. Former worlds of `of` do not count."""
    return _OWNER.first(tx, wanted=key, of_account=of.id, before=of.generation)


def last_due_at(tx: Transaction, of: Account) -> Instant | None:
    """Return when the last running task will be due, or None if none will."""
    latest: Instant | None = tx.execute(select(func.max(task.c.due_at)).where(_of(of), RUNNING)).scalar_one()
    return latest


def hanging(tx: Transaction, of: Account) -> list[str]:
    """Return the keys of the tasks that will never fall due."""
    where = _of(of) & RUNNING & task.c.due_at.is_(None)
    return list(tx.execute(select(task.c.key).where(where).order_by(task.c.sequence)).scalars())


def by_state(tx: Transaction) -> dict[str, int]:
    """Return the number of tasks in each state, over all accounts."""
    rows = tx.execute(
        select(task.c.state, func.count()).join(account, OF_PRESENT_WORLD).group_by(task.c.state)
    )
    return {row[0]: row[1] for row in rows}


def with_former_ones(tx: Transaction) -> list[int]:
    """Return the ids of the accounts that have tasks of former worlds."""
    former = select(task.c.key).where(task.c.account_id == account.c.id, ~OF_PRESENT_WORLD)
    return list(tx.execute(select(account.c.id).where(former.exists())).scalars())


def clear_away(tx: Transaction, account_id: int) -> bool | None:
    """Remove some tasks of an account's former worlds. Return whether there may be more, None if another holds the account.

    It holds the account meanwhile. A removal locks the account first too, and then its tasks.
    """
    generation = select(account.c.generation).where(account.c.id == account_id)
    if tx.execute(generation).scalar() is None:
        return False  # its tasks have gone with it
    present = tx.execute(generation.with_for_update(skip_locked=True)).scalar()
    if present is None:
        return None
    former = (task.c.account_id == account_id) & (task.c.generation < present)
    doomed = select(task.c.key).where(former).limit(_CLEARED)
    return tx.execute(delete(task).where(task.c.key.in_(doomed))).rowcount == _CLEARED


def _owner(of: Account) -> dict[str, Any]:
    return {"account_id": of.id, "generation": of.generation}


def _of(of: Account) -> Any:
    return (task.c.account_id == of.id) & (task.c.generation == of.generation)
