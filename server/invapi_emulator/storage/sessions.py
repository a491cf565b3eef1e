"""Queries about login tokens."""

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, insert, select, update

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import session
from invapi_emulator.storage.transaction import Transaction

MAX_SESSIONS = 1_000
"""So many login tokens an account keeps, the newest; an older one is then unknown."""


@dataclass(frozen=True, slots=True)
class Session:
    """A login token; `sequence` tells newer from older, `address` is the only caller it is good for, if any."""

    token: str
    sequence: int
    expires_at: Instant
    address: str | None


_FIND = Prepared(
    select(*(session.c[name] for name in Session.__dataclass_fields__)).where(
        session.c.token == bindparam("wanted")
    )
)


def add(tx: Transaction, account_id: int, made: Session) -> None:
    mine = session.c.account_id == account_id
    kept = select(session.c.sequence).where(mine).order_by(session.c.sequence.desc())
    oldest_kept = kept.offset(MAX_SESSIONS - 1).limit(1).scalar_subquery()
    tx.execute(delete(session).where(mine, session.c.sequence <= oldest_kept))
    tx.execute(insert(session).values(account_id=account_id, **asdict(made)))


def find(tx: Transaction, token: str) -> Session | None:
    row = _FIND.first(tx, wanted=token)
    return None if row is None else Session(*row)


def make_older(tx: Transaction, account_id: int, by: int) -> None:
    """Let the account's login tokens be older than any that is made once its counter goes on from elsewhere."""
    older = update(session).values(sequence=session.c.sequence - by)
    tx.execute(older.where(session.c.account_id == account_id))


def remove(tx: Transaction, token: str) -> None:
    tx.execute(delete(session).where(session.c.token == token))
