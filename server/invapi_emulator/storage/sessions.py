"""Login tokens."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, func, select, update

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import session
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

NO_SERVER = 0
"""The id of no server."""

MAX_SESSIONS = 1_000
"""Maximum number of login tokens of an account. An older one becomes unknown."""


class Session(Struct, frozen=True):
    """A login token. A larger `sequence` is newer.

    If set, `address` is the only address that may use it, and `server_id` the only server that it can see.
    """

    token: str
    sequence: int
    expires_at: Instant
    address: str | None
    server_id: int | None = None


SESSION = Record(
    session, ("token",), part=1, read=lambda columns: Session(**columns), changing=("server_id",)
)
_BOUND = SESSION.where(
    session.c.account_id == bindparam("account_id"), session.c.server_id == bindparam("server")
)

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


def server_of(unit: UnitOfWork, token: object) -> int | None:
    """Return the id of the only server that a token sees, or None if it is not bound to one."""
    session = find(unit, token) if isinstance(token, str) else None
    return None if session is None else session.server_id


def remove(unit: UnitOfWork, token: str) -> None:
    if find(unit, token) is not None:
        unit.remove(SESSION, (token,))


def close_to_server(unit: UnitOfWork, server_id: int) -> None:
    """Let the tokens that see a server alone see none, as it is gone."""
    for key, bound in unit.rows(_BOUND.of(account_id=unit.account.id, server=server_id)):
        unit.save(SESSION, key, replace(bound, server_id=NO_SERVER))


def is_taken(tx: Transaction, token: str) -> bool:
    """Return whether an account has this login token, expired or not."""
    return tx.execute(select(session.c.token).where(session.c.token == token)).first() is not None


def make_older(tx: Transaction, account_id: int) -> None:
    """Make the account's login tokens older than any new one, before its counter is set to another value.

    The newest gets the number 0, if it has a larger one. So the numbers do not shrink with each import.
    """
    of_account = session.c.account_id == account_id
    newest = tx.execute(select(func.max(session.c.sequence)).where(of_account)).scalar() or 0
    if newest > 0:
        tx.execute(update(session).values(sequence=session.c.sequence - newest).where(of_account))


def _too_old(unit: UnitOfWork) -> Sequence[str]:
    """Return the tokens to remove before one is added."""
    return unit.rows(_TOO_OLD.of(account_id=unit.account.id, kept=MAX_SESSIONS - 1))
