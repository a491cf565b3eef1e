"""Whether an account, or one of its VMs, holds more than a few rows, or long texts. The count stops there."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, bindparam, func, literal, select, union_all

from invapi_emulator.storage.billing_tables import invoice, server_order
from invapi_emulator.storage.journal_tables import request
from invapi_emulator.storage.json_column import Json
from invapi_emulator.storage.key_tables import api_key, ssh_key
from invapi_emulator.storage.octets import octets
from invapi_emulator.storage.statement import Runner, Statement
from invapi_emulator.storage.tables import account, fault, rotation, snapshot, task, unlisted, vm

FEW = 100
"""Maximum number of rows that count as few."""

SMALL = 1024 * 1024
"""Maximum number of bytes in the texts of a few rows."""

_OF_VMS = (snapshot, rotation, task, unlisted)
_OF_ACCOUNTS = (vm, *_OF_VMS, invoice, server_order, fault, ssh_key, api_key)


def is_large(on: Runner, account_id: int, vm_id: int | None = None) -> bool:
    """Return whether an account, or a VM of it, has more than FEW rows, or long texts."""
    if vm_id is None:
        return bool(_ACCOUNT.first(on, account_id=account_id))
    return bool(_VM.first(on, account_id=account_id, vm_id=vm_id))


def has_many_calls(on: Runner, account_id: int | None) -> bool:
    """Return whether the journal of an account is large; without one, that of the unauthenticated calls."""
    if account_id is None:
        return bool(_UNAUTHENTICATED.first(on))
    return bool(_JOURNAL.first(on, account_id=account_id))


def has_many_accounts(on: Runner) -> bool:
    """Return whether there are more than FEW accounts and VMs together."""
    return bool(_ALL.first(on))


def _size(table: Table, *where: ColumnElement[bool], texts: bool = True) -> Select[Any]:
    """Return a query for the number of rows, at most one more than FEW, and for the bytes of their texts."""
    long = [func.coalesce(octets(column), 0) for column in table.c if texts and _is_text(column)]
    few = select(sum(long, start=literal(0)).label("bytes")).where(*where).select_from(table).limit(FEW + 1)
    rows = few.subquery()
    return select(
        func.count().label("rows"), func.coalesce(func.sum(rows.c.bytes), 0).label("bytes")
    ).select_from(rows)


def _is_text(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, String | Json)


def _large(*sizes: Any) -> Statement[bool]:
    every = union_all(*sizes).subquery()
    total = select(func.sum(every.c.rows), func.sum(every.c.bytes))
    return Statement(total, lambda rows, length: rows > FEW or length > SMALL)


def _of_account(table: Table) -> ColumnElement[bool]:
    return table.c.account_id == bindparam("account_id")


def _of_vm(table: Table) -> ColumnElement[bool]:
    return _of_account(table) & (table.c.vm_id == bindparam("vm_id"))


_CATALOGUE = select(literal(0), func.coalesce(func.sum(octets(account.c.catalogue)), 0)).where(
    account.c.id == bindparam("account_id")
)
_ACCOUNT = _large(*(_size(table, _of_account(table)) for table in _OF_ACCOUNTS), _CATALOGUE)
_VM = _large(
    _size(vm, _of_account(vm), vm.c.id == bindparam("vm_id")),
    *(_size(table, _of_vm(table)) for table in _OF_VMS),
)
_JOURNAL = _large(_size(request, _of_account(request)))
_UNAUTHENTICATED = _large(_size(request, request.c.account_id.is_(None)))
_ALL = _large(_size(account, texts=False), _size(vm, texts=False))
