"""The journal: the newest calls of each account, and those of no account."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, func, insert, literal, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import events
from invapi_emulator.storage.events import LAST_OF_ACCOUNT
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import request
from invapi_emulator.storage.transaction import Transaction

KEPT = 1_000
"""So many calls are kept of each account, and as many of no account."""

_SURPLUS = 100
"""So many more may be there until the next clean-up; nobody is shown them."""

_STRANGERS_LOCK = 0x1147A93


@dataclass(frozen=True, slots=True)
class Request:
    """A call that was answered; `at` is the account's time, None for a call of no account.

    `after_event` is the number of the account's last event by then, which `add` finds out: what the
    call did comes before it.

    `fields` are what was sent, secrets masked; `unread` names those that no handler read. `status` is 0 where the
    connection was cut, `result` is `ok` or `refused`, `fault` the kinds of the rules that fired, `duration_us`
    the microseconds from the form to the answer, `request_id` stands in the answer's header and in the log. Its head
    was there at `received_at`, a real time; the answer asked to wait `retry_after` seconds; `in_query` names the fields
    that came in the query. Calls that an older version answered have none of these.
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
    in_query: list[str] | None = None
    after_event: int = 0


_FIELDS = tuple(name for name in Request.__dataclass_fields__ if name != "after_event")


def _last(whose: ColumnElement[bool]) -> Select[Any]:
    return select(func.coalesce(func.max(request.c.number), 0)).where(whose)


def _insert_as_next(whose: ColumnElement[bool], after_event: ColumnElement[int]) -> Prepared:
    given = {name: bindparam(name, type_=request.c[name].type) for name in ("account_id", *_FIELDS)}
    counted = {"number": _last(whose).scalar_subquery() + 1, "after_event": after_event}
    return Prepared(insert(request).values(given | counted).returning(request.c.number), leaves_known=True)


_OF_ACCOUNT = request.c.account_id == bindparam("account_id")
_OF_NOBODY = request.c.account_id.is_(None)
_INSERT = Prepared(insert(request), ("account_id", "number", "after_event", *_FIELDS), leaves_known=True)
_INSERT_AS_NEXT = _insert_as_next(_OF_ACCOUNT, LAST_OF_ACCOUNT.scalar_subquery())
_INSERT_OF_NOBODY = _insert_as_next(_OF_NOBODY, literal(0))
_DROP, _DROP_OF_NOBODY = (
    Prepared(delete(request).where(whose, request.c.number <= bindparam("last")), leaves_known=True)
    for whose in (_OF_ACCOUNT, _OF_NOBODY)
)
_LAST = Prepared(_last(_OF_ACCOUNT))
_LAST_OF_NOBODY = Prepared(_last(_OF_NOBODY))


def add(tx: Transaction, account_id: int | None, made: Request) -> None:
    if account_id is None and tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_STRANGERS_LOCK)))  # there is no account's row to hold
    if account_id is not None:
        tx.touched.add(account_id)
    row = {"account_id": account_id, **{name: getattr(made, name) for name in _FIELDS}}
    number = (
        int(_INSERT_OF_NOBODY.scalar(tx, **row)) if account_id is None else _inserted(tx, account_id, row)
    )
    if number % _SURPLUS == 1:
        drop = _DROP_OF_NOBODY if account_id is None else _DROP
        drop.run(tx, {"account_id": account_id, "last": number - KEPT})


def _inserted(tx: Transaction, account_id: int, row: dict[str, Any]) -> int:
    """Put a line into an account's journal, and return its number."""
    last: int | None = tx.known.get(("last request", account_id))
    if last is None:
        number = int(_INSERT_AS_NEXT.scalar(tx, **row))
    else:
        number = last + 1
        _INSERT.run(tx, row | {"number": number, "after_event": events.last_number(tx, account_id)})
    return tx.keep(("last request", account_id), number)


def last_number(tx: Transaction, account_id: int | None) -> int:
    wanted = _LAST_OF_NOBODY if account_id is None else _LAST
    return int(wanted.scalar(tx, account_id=account_id))


def after(tx: Transaction, account_id: int, number: int, most: int) -> list[tuple[int, Request]]:
    """Return an account's calls after that one, in order, the first `most` of them."""
    later = select(request).where(_of(account_id), request.c.number > number)
    return [_from_row(row) for row in tx.execute(later.order_by(request.c.number).limit(most))]


def newest(tx: Transaction, account_id: int | None) -> list[tuple[int, Request]]:
    """Return the calls that are kept, each with its number, in the order they were answered."""
    kept = (
        select(request)
        .where(_of(account_id))
        .order_by(request.c.number.desc(), request.c.id.desc())
        .limit(KEPT)
    )
    return [_from_row(row) for row in reversed(tx.execute(kept).all())]


def newest_of(
    tx: Transaction,
    account_id: int | None,
    most: int,
    *,
    action: str | None = None,
    result: str | None = None,
    vm: int | None = None,
) -> list[tuple[int, Request]]:
    """Return the newest `most` calls of an action, of a result, about a VM, newest first; checks are about any VM."""
    where = [_of(account_id)]
    if action is not None:
        where.append(request.c.action == action)
    if result is not None:
        where.append(request.c.result == result)
    if vm is not None:
        where.append((request.c.vm == vm) | (request.c.module == "eq_callback"))
    found = select(request).where(*where).order_by(request.c.number.desc(), request.c.id.desc())
    return [_from_row(row) for row in tx.execute(found.limit(min(most, KEPT)))]


def _of(account_id: int | None) -> ColumnElement[bool]:
    return request.c.account_id.is_(None) if account_id is None else request.c.account_id == account_id


def _from_row(row: Row[Any]) -> tuple[int, Request]:
    columns = row._asdict()
    del columns["account_id"], columns["id"]
    return columns.pop("number"), Request(**columns)
