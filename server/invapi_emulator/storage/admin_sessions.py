"""Sessions of browsers that gave the admin token. Login tokens of the imitated API are in `sessions.py`."""

from sqlalchemy import delete, insert, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.tables import admin_session
from invapi_emulator.storage.transaction import Transaction

MAX_SESSIONS = 1_000
"""Maximum number of sessions of a database. The one that expires first ends for a new one."""

_column = admin_session.c


def add(tx: Transaction, hash_: str, expires_at: Instant, now: Instant) -> None:
    """Add a session. Expired ones go, and of too many the oldest."""
    remove_expired(tx, now)
    too_old = select(_column.hash).order_by(_column.expires_at.desc(), _column.hash).offset(MAX_SESSIONS - 1)
    found = tx.execute(too_old).scalars().all()
    if found:
        tx.execute(delete(admin_session).where(_column.hash.in_(found)))
    tx.execute(insert(admin_session).values(hash=hash_, expires_at=expires_at))


def is_valid(tx: Transaction, hash_: str, now: Instant) -> bool:
    found = select(_column.expires_at).where(_column.hash == hash_, _column.expires_at > now)
    return tx.execute(found).first() is not None


def remove(tx: Transaction, hash_: str) -> None:
    tx.execute(delete(admin_session).where(_column.hash == hash_))


def remove_expired(tx: Transaction, now: Instant) -> None:
    tx.execute(delete(admin_session).where(_column.expires_at <= now))


def remove_all(tx: Transaction) -> None:
    tx.execute(delete(admin_session))
