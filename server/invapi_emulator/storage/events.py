"""What happened in an account, numbered: the numbers go on over resets and never repeat."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import delete, func, insert, select

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage.database import Transaction
from invapi_emulator.storage.tables import event

KEPT = 10_000
"""So many events an account keeps at least; a few more until the next clean-up."""

EventKind: TypeAlias = Literal[
    "task_started",
    "task_stage",
    "task_ended",
    "snapshot_made",
    "snapshot_removed",
    "snapshot_restored",
    "power",
    "settings",
    "clock_moved",
    "fault_fired",
    "reset",
    "imported",
    "vm_added",
    "vm_changed",
    "vm_removed",
]

_INSERT = insert(event)


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    at: Instant
    kind: EventKind
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.number, "at": iso(self.at), "kind": self.kind} | self.data


def record(tx: Transaction, account_id: int, at: Instant, kind: EventKind, **data: Any) -> None:
    number = last_number(tx, account_id) + 1
    tx.execute(_INSERT, {"account_id": account_id, "number": number, "at": at, "kind": kind, "data": data})
    if number % 100 == 0:
        old = (event.c.account_id == account_id) & (event.c.number <= number - KEPT)
        tx.execute(delete(event).where(old))


def last_number(tx: Transaction, account_id: int) -> int:
    newest = select(func.max(event.c.number)).where(event.c.account_id == account_id)
    return tx.execute(newest).scalar_one() or 0


def after(tx: Transaction, account_id: int, number: int, most: int | None = None) -> list[Event]:
    """Return the events after that one, in order, the first `most` of them."""
    where = (event.c.account_id == account_id) & (event.c.number > number)
    columns = select(event.c.number, event.c.at, event.c.kind, event.c.data)
    return [Event(*row) for row in tx.execute(columns.where(where).order_by(event.c.number).limit(most))]


def newest(tx: Transaction, account_id: int, kinds: Collection[EventKind], most: int) -> list[Event]:
    """Return the newest `most` of these kinds, oldest first."""
    columns = select(event.c.number, event.c.at, event.c.kind, event.c.data)
    where = (event.c.account_id == account_id) & event.c.kind.in_(kinds)
    rows = tx.execute(columns.where(where).order_by(event.c.number.desc()).limit(most))
    return [Event(*row) for row in rows][::-1]
