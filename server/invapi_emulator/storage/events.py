"""What happened in an account, numbered: the numbers go on over resets and never repeat."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import bindparam, delete, func, insert, select

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import event
from invapi_emulator.storage.transaction import Transaction

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
    "conduct",
    "fault_fired",
    "reset",
    "imported",
    "vm_added",
    "vm_changed",
    "vm_removed",
]

LAST_OF_ACCOUNT = select(func.coalesce(func.max(event.c.number), 0)).where(
    event.c.account_id == bindparam("account_id")
)
_LAST = Prepared(LAST_OF_ACCOUNT)
_INSERT = Prepared(insert(event), tuple(column.name for column in event.c), leaves_known=True)
_INSERT_AS_NEXT = Prepared(
    insert(event)
    .values(
        {name: bindparam(name, type_=event.c[name].type) for name in ("account_id", "at", "kind", "data")}
        | {"number": LAST_OF_ACCOUNT.scalar_subquery() + 1}
    )
    .returning(event.c.number),
    leaves_known=True,
)
_DROP = Prepared(
    delete(event).where(event.c.account_id == bindparam("account"), event.c.number <= bindparam("last")),
    leaves_known=True,
)


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    at: Instant
    kind: EventKind
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.number, "at": iso(self.at), "kind": self.kind} | self.data


def record(tx: Transaction, account_id: int, at: Instant, kind: EventKind, **data: Any) -> None:
    tx.touched.add(account_id)
    row = {"account_id": account_id, "at": at, "kind": kind, "data": data}
    last: int | None = tx.known.get(("last event", account_id))
    if last is None:
        number = int(_INSERT_AS_NEXT.scalar(tx, **row))
    else:
        number = last + 1
        _INSERT.run(tx, row | {"number": number})
    tx.keep(("last event", account_id), number)
    if number % 100 == 0:
        _DROP.run(tx, {"account": account_id, "last": number - KEPT})


def last_number(tx: Transaction, account_id: int) -> int:
    return tx.once(("last event", account_id), lambda: int(_LAST.scalar(tx, account_id=account_id)))


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
