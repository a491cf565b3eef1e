"""Login tokens."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import bindparam, select, update

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import session
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

MAX_SESSIONS = 1_000
"""Maximum number of login tokens that an account keeps, the newest; an older one is then unknown."""


class Session(Struct, frozen=True):
    """A login token; `sequence` tells newer from older, `address` is the only caller it is good for, if any."""

    token: str
    sequence: int
    expires_at: Instant
    address: str | None


SESSION = Record(session, ("token",), part=1, read=lambda columns: Session(**columns), changing=())

_TOO_OLD = Statement(
    select(session.c.token)
    .where(session.c.account_id == bindparam("account_id"))
    .order_by(session.c.sequence.desc())
    .offset(bindparam("kept")),
    str,
)


def add(unit: UnitOfWork, made: Session) -> None:
    for token in _too_old(unit):
        unit.remove(SESSION, (token,))
    unit.add(SESSION, (made.token,), made)


def find(unit: UnitOfWork, token: str) -> Session | None:
    return unit.one(SESSION, (token,))


def remove(unit: UnitOfWork, token: str) -> None:
    if find(unit, token) is not None:
        unit.remove(SESSION, (token,))


def make_older(tx: Transaction, account_id: int, by: int) -> None:
    """Let the account's login tokens be older than any that is made once its counter goes on from elsewhere."""
    older = update(session).values(sequence=session.c.sequence - by)
    tx.execute(older.where(session.c.account_id == account_id))


def _too_old(unit: UnitOfWork) -> Sequence[str]:
    """Return the tokens that go when one is added."""
    return unit.rows(_TOO_OLD.of(account_id=unit.account.id, kept=MAX_SESSIONS - 1))
