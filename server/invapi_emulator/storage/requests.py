"""The journal: the newest calls of each account, and the newest unauthenticated calls."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, literal_column, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import pruned
from invapi_emulator.storage.journal_tables import MISSED, request
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.statement import Insertion, Write
from invapi_emulator.storage.tables import account
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

KEPT = 1_000
"""Number of calls kept for each account, and of unauthenticated calls kept."""

LONGEST_NAME = 100
"""Number of characters of a module and an action that are kept."""

_CLEANED_EVERY = 100
"""Maximum number of calls beyond those kept, until the next clean-up. They are never shown."""


class JournalEntry(Struct, frozen=True):
    """An answered call. `at` is the account's time, None for an unauthenticated call.

    - `fields`: what was sent, with secrets masked; `unread`: names of fields that no handler read;
      `in_query`: names of fields that came in the query with a value.
    - `status`: 0 if the connection was cut; `result`: `ok` or `refused`; `fault`: kinds of the rules that
      fired.
    - `duration_us`: microseconds from the form to the answer; `retry_after`: seconds that the answer asked to
      wait.
    - `request_id`: as in the answer's header and in the log; `received_at`: real time when its head arrived.
    - `hidden`: digests of the fields that are not shown as sent, see storage/hidden_fields.
    - `after_event`: number of the account's last event at that time. What the call did comes before it.

    `request_id`, `received_at`, `retry_after`, `in_query` and `hidden` are None for calls that an older version
    answered.
    """

    at: Instant | None
    module: str
    action: str | None
    vm: int | None
    fields: dict[str, Any]
    unread: list[str]
    status: int
    answer: str
    result: str
    reason: str | None
    fault: str | None
    task: str | None
    duration_us: int
    address: str
    user_agent: str
    request_id: str | None
    received_at: Instant | None = None
    retry_after: int | None = None
    in_query: Sequence[str] | None = None
    hidden: dict[str, str] | None = None
    after_event: int = 0


_FIELDS = JournalEntry.__struct_fields__[:-1]
_JSON_AT = [_FIELDS.index(name) for name in ("fields", "unread", "user_agent", "in_query", "hidden")]
_EMPTY: dict[type, str] = {dict: "{}", list: "[]", tuple: "[]", str: '""', type(None): "null"}
_UNAUTHENTICATED = request.c.account_id.is_(None)
_last_number = (
    select(func.coalesce(func.max(request.c.number), literal_column("0")))
    .where(_UNAUTHENTICATED)
    .scalar_subquery()
)

_INSERT = Insertion(request, ("account_id", "number", "after_event", *_FIELDS))
_TRIM = Write(
    delete(request).where(
        request.c.account_id == bindparam("account"), request.c.number <= bindparam("last")
    ),
    ("account", "last"),
)
INSERT_UNAUTHENTICATED = Write(
    insert(request).values(number=_last_number + literal_column("1")), _FIELDS, _FIELDS
)
_TRIM_UNAUTHENTICATED = Write(
    delete(request).where(_UNAUTHENTICATED, request.c.number <= _last_number - bindparam("kept")), ("kept",)
)


def record(unit: UnitOfWork, made: JournalEntry, *, authenticated: bool) -> None:
    """Append a call to the journal of the unit's account, or to the unauthenticated calls."""
    row = list(astuple(made)[:-1])
    for place in _JSON_AT:
        value = row[place]
        row[place] = json_text(value) if value else _EMPTY[type(value)]
    if not authenticated:
        unit.append(INSERT_UNAUTHENTICATED, row)
        unit.trim(_TRIM_UNAUTHENTICATED, (KEPT,))
        return
    unit.counters.last_request = number = unit.counters.last_request + 1
    unit.append(_INSERT, (unit.account.id, number, unit.counters.last_event, *row))
    if number % _CLEANED_EVERY == 1:
        last = number - KEPT
        unit.trim(pruned.COUNT, (unit.account.id, last - _CLEANED_EVERY, last))
        unit.trim(_TRIM, (unit.account.id, last))


def last_number(unit: UnitOfWork) -> int:
    return unit.counters.last_request


def after(tx: Transaction, account_id: int, number: int, most: int) -> list[tuple[int, JournalEntry]]:
    """Return the first `most` calls of an account after that number, in order."""
    later = select(request).where(_of(account_id), request.c.number > number)
    return [_from_row(row) for row in tx.execute(later.order_by(request.c.number).limit(most))]


def newest(tx: Transaction, account_id: int | None) -> list[tuple[int, JournalEntry]]:
    """Return the calls that are kept, each with its number, in the order they were answered."""
    return stored(tx, account_id)[-KEPT:]


def stored(tx: Transaction, account_id: int | None) -> list[tuple[int, JournalEntry]]:
    """Return the calls that are kept, and before them those that go at the next clean-up."""
    found = select(request).where(_of(account_id)).order_by(request.c.number, request.c.id)
    return [_from_row(row) for row in tx.execute(found)]


def newest_of(
    tx: Transaction,
    account_id: int | None,
    most: int,
    *,
    action: str | None = None,
    result: str | None = None,
    vm: int | None = None,
) -> list[tuple[int, JournalEntry]]:
    """Return the newest `most` calls of an action, a result, a VM; newest first. Checks match any VM."""
    where = [_of(account_id)]
    if action is not None:
        where.append(request.c.action == action)
    if result is not None:
        where.append(request.c.result == result)
    if vm is not None:
        where.append((request.c.vm == vm) | (request.c.module == "eq_callback"))
    found = select(request).where(*where).order_by(request.c.number.desc(), request.c.id.desc())
    return [_from_row(row) for row in tx.execute(found.limit(min(most, KEPT)))]


def last_unauthenticated(tx: Transaction) -> int:
    """Return the number of the newest unauthenticated call that the journal knows of, 0 before the first."""
    number: int = tx.execute(select(_last_number)).scalar_one()
    return number


def last_received(tx: Transaction, account_ids: Collection[int]) -> dict[int, Instant]:
    """Return by account when its newest call arrived, in real time. Calls that an older version answered are left out."""
    of_account = and_(
        request.c.account_id == account.c.id, request.c.received_at.is_not(None), request.c.result != MISSED
    )
    newest = select(request.c.received_at).where(of_account).order_by(request.c.number.desc()).limit(1)
    wanted = account.c.id.in_(account_ids)
    rows = tx.execute(
        select(account.c.id, newest.scalar_subquery()).where(wanted)
    )  # by index: not each call is read
    return {account_id: at for account_id, at in rows if at is not None}


def _of(account_id: int | None) -> ColumnElement[bool]:
    owner = _UNAUTHENTICATED if account_id is None else request.c.account_id == account_id
    return owner & (request.c.result != MISSED)


def _from_row(row: Row[Any]) -> tuple[int, JournalEntry]:
    columns = row._asdict()
    del columns["account_id"], columns["id"]
    return columns.pop("number"), JournalEntry(**columns)
