"""The events of an account. Their numbers continue after a reset and never repeat."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, select

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage.journal_tables import event
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.secrets import masked_to
from invapi_emulator.storage.statement import Insertion, Write
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

KEPT = 10_000
"""Minimum number of events kept for an account. A few more stay until the next clean-up."""

_CLEANED_EVERY = 100

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
    "vm_renamed",
    "tag_set",
    "tag_removed",
    "ssh_key_added",
    "ssh_key_removed",
    "api_key_added",
    "api_key_changed",
    "api_key_removed",
    "billing_changed",
    "ordered",
    "invoice_made",
    "invoice_paid",
    "invoice_cancelled",
    "deployed",
    "deploy_failed",
    "reinstalled",
    "cancellation_asked",
    "cancellation_withdrawn",
    "rents_ended",
    "suspended",
    "resumed",
    "callback_sent",
    "callback_failed",
]

MOST_TEXT = 4096
"""Maximum number of characters of a text or a list in an event. A task's error may have a million."""

_INSERT = Insertion(event, ("account_id", "number", "at", "kind", "data"))
_TRIM = Write(
    delete(event).where(event.c.account_id == bindparam("account"), event.c.number <= bindparam("last")),
    ("account", "last"),
)


class Event(Struct, frozen=True):
    number: int
    at: Instant
    kind: EventKind
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.number, "at": iso(self.at), "kind": self.kind} | self.data


def record(unit: UnitOfWork, at: Instant, kind: EventKind, **data: Any) -> None:
    """Append an event to those of the unit's account, with secrets masked, and long texts and lists cut."""
    unit.counters.last_event = number = unit.counters.last_event + 1
    unit.append(_INSERT, (unit.account.id, number, at, kind, json_text(_shown(unit, data))))
    if number % _CLEANED_EVERY == 0:
        unit.trim(_TRIM, (unit.account.id, number - KEPT))


def _shown(unit: UnitOfWork, value: Any) -> Any:
    match value:
        case str():
            shown = masked_to(MOST_TEXT, unit, value)
            return shown if len(value) <= MOST_TEXT else f"{shown}… ({len(value)} characters)"
        case dict():
            return {name: _shown(unit, item) for name, item in value.items()}
        case list() | tuple():
            return _shown_of_all(unit, value)
        case _:
            return value


def _shown_of_all(unit: UnitOfWork, values: Sequence[Any]) -> list[Any]:
    """Return the first values that fit, and then how many more there are."""
    shown, left = list[Any](), MOST_TEXT
    for value in values:
        told = _shown(unit, value)
        left -= len(json_text(told))
        if left < 0:
            return [*shown, f"… ({len(values) - len(shown)} more)"]
        shown.append(told)
    return shown


def last_number(unit: UnitOfWork) -> int:
    return unit.counters.last_event


def after(tx: Transaction, account_id: int, number: int, most: int | None = None) -> list[Event]:
    """Return the first `most` events after that number, in order."""
    where = (event.c.account_id == account_id) & (event.c.number > number)
    columns = select(event.c.number, event.c.at, event.c.kind, event.c.data)
    return [Event(*row) for row in tx.execute(columns.where(where).order_by(event.c.number).limit(most))]


def are_any_gone(tx: Transaction, account_id: int) -> bool:
    """Return whether there were events of an account that are no longer kept."""
    oldest = tx.execute(select(func.min(event.c.number)).where(event.c.account_id == account_id)).scalar()
    return oldest is not None and oldest > 1


def latest_of_each(tx: Transaction) -> dict[int, Instant]:
    """Return by account the time of its newest event, on its clock. All that happened before is no later."""
    newest_of = select(event.c.account_id, func.max(event.c.number).label("number")).group_by(
        event.c.account_id
    )
    found = newest_of.subquery()
    is_newest = (event.c.account_id == found.c.account_id) & (event.c.number == found.c.number)
    rows = tx.execute(select(event.c.account_id, event.c.at).join(found, is_newest))
    return {row[0]: row[1] for row in rows}


def newest(tx: Transaction, account_id: int, kinds: Collection[EventKind], most: int) -> list[Event]:
    """Return the newest `most` events of these kinds, oldest first."""
    columns = select(event.c.number, event.c.at, event.c.kind, event.c.data)
    where = (event.c.account_id == account_id) & event.c.kind.in_(kinds)
    rows = tx.execute(columns.where(where).order_by(event.c.number.desc()).limit(most))
    return [Event(*row) for row in rows][::-1]
