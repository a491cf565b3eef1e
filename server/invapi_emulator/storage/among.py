"""Which of many values a table has."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, select

from invapi_emulator.storage.transaction import Transaction

_AT_ONCE = 500
"""Maximum number of values in a statement. SQLite takes 32,766, PostgreSQL 65,535."""


def among(
    tx: Transaction, column: Column[Any], wanted: Collection[int], where: ColumnElement[bool]
) -> set[int]:
    """Return which of the values are in this column of the rows."""
    values, found = list(wanted), set[int]()
    for first in range(0, len(values), _AT_ONCE):
        some = values[first : first + _AT_ONCE]
        found |= set(tx.execute(select(column).where(where, column.in_(some))).scalars())
    return found
