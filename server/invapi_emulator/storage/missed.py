"""Calls that the journal misses because it could not be written to, and the mark that keeps their numbers.

A mark is an entry of the journal that is never shown. It has the number of the newest call that is missing, so that the
numbers before it without an entry are known to be missing too.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
)

from invapi_emulator.storage.journal_tables import MISSED, request
from invapi_emulator.storage.statement import Write
from invapi_emulator.storage.tables import account

_EMPTY = {
    "module": "''", "fields": "'{}'", "unread": "'[]'", "status": "0", "answer": "''", "result": f"'{MISSED}'",
    "duration_us": "0", "address": "''", "user_agent": "'\"\"'",
}  # fmt: skip
_NAMES = ("account_id", "number", *_EMPTY)
_VALUES: list[ColumnElement[Any]] = [literal_column(value) for value in _EMPTY.values()]

_number = bindparam("number", type_=BigInteger)
_later = exists().where(request.c.account_id == account.c.id, request.c.number >= bindparam("upto"))
_MARK = Write(
    insert(request).from_select(
        _NAMES,
        select(account.c.id, _number, *_VALUES).where(
            account.c.id == bindparam("account"), account.c.cleared < bindparam("after"), ~_later
        ),
    ),
    ("number", "account", "after", "upto"),
)
"""Nothing is marked in an account that is removed, or whose journal was cleared since."""

_last = func.coalesce(func.max(request.c.number), literal_column("0"))
_MARK_UNAUTHENTICATED = Write(
    insert(request).from_select(
        _NAMES,
        select(literal_column("NULL"), _last + bindparam("more", type_=Integer), *_VALUES).where(
            request.c.account_id.is_(None)
        ),
    ),
    ("more",),
)


class Missed:
    """The calls that the journal misses and that no mark tells of yet: the newest number by account, others by count."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self.unauthenticated = 0

    def __bool__(self) -> bool:
        return bool(self._numbers or self.unauthenticated)

    def note(self, account_id: int | None, number: int) -> None:
        """Note a call that was answered without an entry: an account's by its number, or one of no account."""
        if account_id is None:
            self.unauthenticated += 1
        else:
            self._numbers[account_id] = number

    def last(self, account_id: int) -> int:
        """Return the number of the newest one of an account, or 0. Later calls have larger numbers."""
        return self._numbers.get(account_id, 0)

    def mark(self, write: Callable[[Write, Sequence[Sequence[object]]], None]) -> None:
        """Write the marks. Call `marked` once they are committed."""
        if self._numbers:
            write(_MARK, [(number, id_, number, number) for id_, number in self._numbers.items()])
        if self.unauthenticated:
            write(_MARK_UNAUTHENTICATED, [(self.unauthenticated,)])

    def marked(self) -> None:
        self._numbers.clear()
        self.unauthenticated = 0
