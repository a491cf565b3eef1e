"""Finding a call's account by its token (contract 2.3, 5.4)."""

from invapi_emulator.engine.call import Fields, Identification
from invapi_emulator.errors import InvalidToken, TokenExpired
from invapi_emulator.storage import sessions
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.unit_of_work import UnitOfWork


def _word(fields: Fields) -> OwnerWord | None:
    token = _token(fields)
    return None if token is None else ("token", token)


def _check(unit: UnitOfWork, fields: Fields, address: str) -> None:
    """Raise InvalidToken or TokenExpired unless the token is the account's. An array counts as missing."""
    token = _token(fields)
    if token is None or not unit.owned:
        raise InvalidToken
    account = unit.account
    if token == account.credentials.token and account.token_alive:
        return
    session = sessions.find(unit, token)
    if session is None or session.address not in (None, address):
        raise InvalidToken
    if session.expires_at <= account.clock.now(unit.real_now):
        raise TokenExpired


def _token(fields: Fields) -> str | None:
    token = fields.get("token")
    return token if isinstance(token, str) and token.isascii() and token.isprintable() else None


BY_TOKEN = Identification(_word, _check)
"""How a call is identified, unless its action says otherwise."""
