"""Whose call it is: the account of a token (contract 2.3, 5.4)."""

from collections.abc import Callable
from typing import TypeAlias

from invapi_emulator.actions import Fields
from invapi_emulator.clock import RealTime
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.errors import InvalidToken, TokenExpired
from invapi_emulator.storage import accounts, sessions
from invapi_emulator.storage.transaction import Transaction

Found: TypeAlias = Callable[[Account, Instant], None]


def account_of_token(
    tx: Transaction, fields: Fields, address: str, real_time: RealTime, found: Found
) -> tuple[Account, Instant]:
    """Return the account, and the real time, read when the account was held: there may have been a wait.

    Raises InvalidToken or TokenExpired. An array for the token counts as missing. `found` is told whose token it
    is, also if it has expired.
    """
    token = fields.get("token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise InvalidToken
    account = accounts.by_given_token(tx, token)
    if account is not None and account.token_alive:
        real_now = real_time()
        found(account, real_now)
        return account, real_now
    account = accounts.by_session_token(tx, token)
    session = sessions.find(tx, token)
    if account is None or session is None or session.address not in (None, address):
        raise InvalidToken
    real_now = real_time()
    found(account, real_now)
    if session.expires_at <= account.clock.now(real_now):
        raise TokenExpired
    return account, real_now
