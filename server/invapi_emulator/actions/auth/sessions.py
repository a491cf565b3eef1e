"""`auth.php`: login with an API key or a password, what a token is good for, logout (contract 5)."""

from typing import TypeGuard

from invapi_emulator.actions.ids import wire_id
from invapi_emulator.actions.parameters import NoParameters, Parameters, Secret, Switch, Ttl
from invapi_emulator.domain.accounts import GIVEN_TOKEN_EXPIRES, Account
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.action import ACTIONS, Body, Call, Fields, Identification, action, not_emulated
from invapi_emulator.errors import InvalidApiKey, NoAppropriateServers
from invapi_emulator.storage import accounts, sessions, vms
from invapi_emulator.storage.owners import OwnerWord, login_word
from invapi_emulator.storage.sessions import Session
from invapi_emulator.storage.unit_of_work import UnitOfWork

DEFAULT_TTL = 10_800

not_emulated("auth", "2fa_check", "2fa_resend", "billing_list", "email_check", "session_reset", "get_log")


class _Session(Parameters):
    """`fix_ip` binds the token to the caller's address."""

    ttl: Ttl = DEFAULT_TTL
    fix_ip: Switch = False


class Login(_Session):
    key: Secret


class WhmcsLogin(_Session):
    user: Secret
    password: Secret


def _key_word(fields: Fields) -> OwnerWord | None:
    key = fields.get("key")
    return ("api_key", key) if _is_plain(key) else None


def _check_key(unit: UnitOfWork, fields: Fields, _address: str) -> None:
    if not unit.owned or unit.account.credentials.api_key != fields.get("key"):
        raise InvalidApiKey("Invalid API key")


def _password_word(fields: Fields) -> OwnerWord | None:
    user, password = fields.get("user"), fields.get("password")
    return login_word(user, password) if _is_plain(user) and _is_plain(password) else None


def _check_password(unit: UnitOfWork, fields: Fields, _address: str) -> None:
    credentials = unit.account.credentials if unit.owned else None
    given = (fields.get("user"), fields.get("password"))
    if credentials is None or given != (credentials.user, credentials.password):
        raise InvalidApiKey("Invalid credentials")


def _is_plain(value: object) -> TypeGuard[str]:
    """Tell whether a value is a text that an account may have; PostgreSQL takes no NUL."""
    return isinstance(value, str) and value.isprintable()


_BY_KEY = Identification(_key_word, _check_key)
_BY_PASSWORD = Identification(_password_word, _check_password)


@action("auth", "login", Login, "5.1", identified_by=_BY_KEY)
def login(unit: UnitOfWork, call: Call[Login]) -> Body:
    return _logged_in(unit, call, call.params)


@action("auth", "whmcslogin", WhmcsLogin, "5.2", identified_by=_BY_PASSWORD)
def whmcslogin(unit: UnitOfWork, call: Call[WhmcsLogin]) -> Body:
    return _logged_in(unit, call, call.params)


@action("auth", "info", NoParameters, "5.2")
def info(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    token = str(call.fields["token"])
    session = sessions.find(unit, token)
    expires = GIVEN_TOKEN_EXPIRES if session is None else session.expires_at // SECOND
    return _described(unit, call.account, token, expires)


@action("auth", "logout", NoParameters, "5.2")
def logout(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    token = str(call.fields["token"])
    if token == call.account.credentials.token:
        unit.change_account(token_alive=False)
    sessions.remove(unit, token)
    return {}


def _logged_in(unit: UnitOfWork, call: Call[Login] | Call[WhmcsLogin], wanted: _Session) -> Body:
    if not vms.ids(unit):
        raise NoAppropriateServers
    number = accounts.next_sequence(unit)
    session = Session(
        token=call.chance.token(call.account.generation, number),
        sequence=number,
        expires_at=call.now + wanted.ttl * SECOND,
        address=call.address if wanted.fix_ip else None,
    )
    sessions.add(unit, session)
    return _described(unit, call.account, session.token, session.expires_at // SECOND)


def _described(unit: UnitOfWork, account: Account, token: str, expires: int) -> Body:
    customer = 10_000 + account.seed % 90_000
    return {
        "result": {
            "token": token,
            "role": "Customer",
            "role_type": "Customer",
            "role_name": "customer_billing",
            "permissions": sorted(f"{module}/{name}" for module, name in ACTIONS),
            "servers": [wire_id(account.assumed, vm_id) for vm_id in vms.ids(unit)],
            "whmcs_id": str(customer),
            "whmcs_location": "com",
            "email": account.credentials.user,
            "customer_id": customer,
            "token_expire": expires,
            "verified": True,
        }
    }
