"""`auth.php`: login with an API key or a password, what a token is good for, logout (contract 5)."""

from hmac import compare_digest

from invapi_emulator.actions import ACTIONS, Body, Call, action, not_emulated
from invapi_emulator.domain.accounts import GIVEN_TOKEN_EXPIRES, Account
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import InvalidApiKey, NoAppropriateServers
from invapi_emulator.modules.ids import wire_id
from invapi_emulator.modules.parameters import NoParameters, Parameters, Secret, Switch, Ttl
from invapi_emulator.storage import accounts, sessions, vms
from invapi_emulator.storage.sessions import Session
from invapi_emulator.storage.transaction import Transaction

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


def _account_of_key(tx: Transaction, params: Login) -> Account:
    account = accounts.by_api_key(tx, params.key)
    if account is None:
        raise InvalidApiKey("Invalid API key")
    return account


def _account_of_user(tx: Transaction, params: WhmcsLogin) -> Account:
    account = accounts.by_user(tx, params.user)
    password = "" if account is None else account.credentials.password
    if not compare_digest(params.password.encode(), password.encode()) or account is None:
        raise InvalidApiKey("Invalid credentials")
    return account


@action("auth", "login", Login, find_account=_account_of_key)
def login(tx: Transaction, call: Call[Login]) -> Body:
    return _logged_in(tx, call, call.params)


@action("auth", "whmcslogin", WhmcsLogin, find_account=_account_of_user)
def whmcslogin(tx: Transaction, call: Call[WhmcsLogin]) -> Body:
    return _logged_in(tx, call, call.params)


@action("auth", "info", NoParameters)
def info(tx: Transaction, call: Call[NoParameters]) -> Body:
    token = str(call.fields["token"])
    session = sessions.find(tx, token)
    expires = GIVEN_TOKEN_EXPIRES if session is None else session.expires_at // SECOND
    return _described(tx, call.account, token, expires)


@action("auth", "logout", NoParameters)
def logout(tx: Transaction, call: Call[NoParameters]) -> Body:
    token = str(call.fields["token"])
    if token == call.account.credentials.token:
        accounts.kill_given_token(tx, call.account.id)
    sessions.remove(tx, token)
    return {}


def _logged_in(tx: Transaction, call: Call[Login] | Call[WhmcsLogin], wanted: _Session) -> Body:
    if not vms.ids(tx, call.account.id):
        raise NoAppropriateServers
    number = accounts.next_sequence(tx, call.account.id)
    session = Session(
        token=call.chance.token(call.account.generation, number),
        sequence=number,
        expires_at=call.now + wanted.ttl * SECOND,
        address=call.address if wanted.fix_ip else None,
    )
    sessions.add(tx, call.account.id, session)
    return _described(tx, call.account, session.token, session.expires_at // SECOND)


def _described(tx: Transaction, account: Account, token: str, expires: int) -> Body:
    customer = 10_000 + account.seed % 90_000
    return {
        "result": {
            "token": token,
            "role": "Customer",
            "role_type": "Customer",
            "role_name": "customer_billing",
            "permissions": sorted(f"{module}/{name}" for module, name in ACTIONS),
            "servers": [wire_id(account.assumed, vm_id) for vm_id in vms.ids(tx, account.id)],
            "whmcs_id": str(customer),
            "whmcs_location": "com",
            "email": account.credentials.user,
            "customer_id": customer,
            "token_expire": expires,
            "verified": True,
        }
    }
