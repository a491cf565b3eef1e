"""Finding a call's account by its token (contract 2.3, 5.4)."""

from invapi_emulator.engine.action import Action
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


def _word_if_sent(fields: Fields) -> OwnerWord | None:
    return _word(fields) if _is_sent(fields) else None


def _check_if_sent(unit: UnitOfWork, fields: Fields, address: str) -> None:
    if _is_sent(fields):
        _check(unit, fields, address)


def _is_sent(fields: Fields) -> bool:
    """Tell whether a token was sent. An empty one counts as missing, as an array does."""
    token = fields.get("token")
    return isinstance(token, str) and token != ""


_BY_TOKEN = Identification(_word, _check)
_BY_OPTIONAL_TOKEN = Identification(_word_if_sent, _check_if_sent)


def identification_of(action: Action | None) -> Identification:
    """Return how a call is identified: by its token, unless its action, if it names one, says otherwise."""
    if action is None:
        return _BY_TOKEN
    return action.identified_by or (_BY_OPTIONAL_TOKEN if action.is_public else _BY_TOKEN)
