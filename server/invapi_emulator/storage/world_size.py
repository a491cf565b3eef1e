"""Whether an account, or one of its VMs, holds more than a few rows. The count stops there."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, cast, func, literal, select

from invapi_emulator.storage.billing_tables import invoice, server_order
from invapi_emulator.storage.journal_tables import request
from invapi_emulator.storage.tables import account, rotation, snapshot, task, unlisted, vm
from invapi_emulator.storage.transaction import Transaction

FEW = 100
"""Maximum number of rows that count as few."""

SMALL = 1024 * 1024
"""Maximum number of characters in the forms of a few tasks."""

_OF_VMS = (snapshot, rotation, task, unlisted)
_OF_ACCOUNTS = (vm, *_OF_VMS, invoice, server_order)


def is_large(tx: Transaction, account_id: int, vm_id: int | None = None) -> bool:
    """Return whether an account, or a VM of it, has more than FEW rows, or tasks with long forms."""
    counted = _OF_ACCOUNTS if vm_id is None else _OF_VMS
    rows = sum((_count(table, account_id, vm_id) for table in counted), start=literal(0))
    if tx.execute(select(rows)).scalar_one() > FEW:
        return True
    length = func.sum(func.length(cast(task.c.context, Text)))
    found = tx.execute(_within(select(length), task, account_id, vm_id)).scalar_one()
    return int(found or 0) > SMALL


def has_many_calls(tx: Transaction, account_id: int | None) -> bool:
    """Return whether the journal of an account has more than FEW calls; without one, the unauthenticated calls."""
    return int(tx.execute(select(_count(request, account_id, None))).scalar_one()) > FEW


def has_many_accounts(tx: Transaction) -> bool:
    """Return whether there are more than FEW accounts and VMs together."""
    few = (
        select(func.count()).select_from(select(literal(1)).select_from(table).limit(FEW + 1).subquery())
        for table in (account, vm)
    )
    return (
        int(tx.execute(select(sum((each.scalar_subquery() for each in few), start=literal(0)))).scalar_one())
        > FEW
    )


def _count(table: Table, account_id: int | None, vm_id: int | None) -> ColumnElement[int]:
    """Return the number of rows, counted up to one more than FEW."""
    rows = _within(select(literal(1)), table, account_id, vm_id).limit(FEW + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _within(selected: Select[Any], table: Table, account_id: int | None, vm_id: int | None) -> Select[Any]:
    found = selected.select_from(table).where(table.c.account_id == account_id)
    return found if vm_id is None else found.where(table.c.vm_id == vm_id)
