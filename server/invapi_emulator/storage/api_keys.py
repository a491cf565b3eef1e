"""The API keys of an account. A login key is unique in the whole store, whichever way an account got it."""

from typing import Any

from sqlalchemy import bindparam, delete, select, union_all

from invapi_emulator.domain.account_keys import ApiKey
from invapi_emulator.storage.key_tables import api_key
from invapi_emulator.storage.record import Record
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

_wanted: Any = bindparam("wanted")
_WITH_SECRET = Statement(select(api_key.c.id).where(api_key.c.secret == _wanted), int)
_BUILT_IN = Statement(select(account.c.id).where(account.c.api_key == _wanted), int)

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
    return (
        with_secret(unit, secret) is not None
        or bool(unit.rows(_WITH_SECRET.of(wanted=secret)))
        or bool(unit.rows(_BUILT_IN.of(wanted=secret)))
    )


# In SQL


def is_taken(tx: Transaction, secret: str) -> bool:
    """Return whether an account logs in with this key."""
    issued = select(api_key.c.account_id).where(api_key.c.secret == secret)
    built_in = select(account.c.id).where(account.c.api_key == secret)
    return tx.execute(union_all(issued, built_in)).first() is not None


def of_account(tx: Transaction, account_id: int) -> list[ApiKey]:
    """Return the account's keys, oldest first."""
    rows = tx.execute(select(api_key).where(api_key.c.account_id == account_id).order_by(api_key.c.id))
    return [
        ApiKey(**{name: value for name, value in row.items() if name != "account_id"})
        for row in rows.mappings()
    ]


def remove_of_server(tx: Transaction, account_id: int, server_id: int) -> None:
    """Remove the keys that are for this server alone."""
    of_server = (api_key.c.account_id == account_id) & (api_key.c.server_id == server_id)
    tx.execute(delete(api_key).where(of_server))
