"""The API keys of an account. A login key is unique in the whole store, whichever way an account got it."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, literal_column, or_, select

from invapi_emulator.domain.account_keys import ApiKey
from invapi_emulator.storage.key_tables import api_key
from invapi_emulator.storage.record import Record, without_owner
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import account
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

API_KEY = Record(
    api_key,
    ("id",),
    part=0,
    read=lambda columns: ApiKey(**columns),
    changing=("name", "ip", "active", "login_notify_method", "login_notify_address"),
    order="id",
)


def logs_in(secret: Any) -> ColumnElement[bool]:
    """Return the condition that an account logs in with this key."""
    return or_(exists().where(api_key.c.secret == secret), exists().where(account.c.api_key == secret))


_IS_TAKEN = Statement(select(literal_column("1")).where(logs_in(bindparam("wanted"))), int)

# In a unit of work


def of_unit(unit: UnitOfWork) -> list[ApiKey]:
    """Return the account's keys, oldest first."""
    return [key for _, key in sorted(unit.part(API_KEY, ()).items())]


def find(unit: UnitOfWork, key_id: int) -> ApiKey | None:
    return unit.one(API_KEY, (key_id,))


def with_secret(unit: UnitOfWork, secret: str) -> ApiKey | None:
    return next((key for key in unit.part(API_KEY, ()).values() if key.secret == secret), None)


def add(unit: UnitOfWork, made: ApiKey) -> None:
    unit.add(API_KEY, (made.id,), made)


def save(unit: UnitOfWork, changed: ApiKey) -> None:
    unit.save(API_KEY, (changed.id,), changed)


def remove(unit: UnitOfWork, key_id: int) -> None:
    unit.remove(API_KEY, (key_id,))


def is_taken_for(unit: UnitOfWork, secret: str) -> bool:
    """Return whether an account logs in with this key."""
    return with_secret(unit, secret) is not None or bool(unit.rows(_IS_TAKEN.of(wanted=secret)))


# In SQL


def is_taken(tx: Transaction, secret: str) -> bool:
    """Return whether an account logs in with this key."""
    return _IS_TAKEN.first(tx, wanted=secret) is not None


def of_account(tx: Transaction, account_id: int) -> list[ApiKey]:
    """Return the account's keys, oldest first."""
    rows = tx.execute(select(api_key).where(api_key.c.account_id == account_id).order_by(api_key.c.id))
    return [ApiKey(**without_owner(row)) for row in rows.mappings()]
