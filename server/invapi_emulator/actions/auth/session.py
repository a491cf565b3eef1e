"""A login token as `auth.php` describes it, and the login that makes one (contract 5)."""

from typing import Annotated, Any, Literal, TypeGuard

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Parameters, Switch, Ttl
from invapi_emulator.actions.server_ids import wire_ids
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.money import Currency
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.storage import billing, numbers, sessions
from invapi_emulator.storage.unit_of_work import UnitOfWork

DEFAULT_TTL = 10_800
MAX_API_KEY = 128
WHMCS = "whmcs_com"


class LoginParameters(Parameters):
    """`fix_ip` binds the token to the caller's address."""

    ttl: Ttl = DEFAULT_TTL
    fix_ip: Switch = False


class Session(Part):
    token: str = Field(
        description="32 hexadecimal digits; the one that an account is given out with may be another word"
    )
    role: Literal["Customer"]
    role_type: str = Field(description="`Customer`, or `server` and an id: the token is bound to that server")
    role_name: str = Field(description="`customer_billing`, or as `role_type`")
    permissions: list[str] = Field(description="`module/action` of each action")
    servers: list[int] = Field(description="ids of the account's VMs")
    whmcs_id: Annotated[str, Field(pattern="^[0-9]+$")]
    whmcs_location: Literal["whmcs_com"]
    currency_code: Currency
    email: str
    customer_id: int
    token_expire: int = Field(description="epoch seconds on the account's clock")
    verified: Literal[True]


class LoggedIn(Part):
    result: Session


EXAMPLE: dict[str, Any] = {
    "token": "b2f0a6d1c4e58f7390a1b2c3d4e5f607",
    "role": "Customer",
    "role_type": "Customer",
    "role_name": "customer_billing",
    "permissions": ["auth/info", "eq/list", "vm/create_snapshot"],
    "servers": [12345, 12346, 12347, 12348],
    "whmcs_id": "10007",
    "whmcs_location": WHMCS,
    "currency_code": "EUR",
    "email": "demo@example.com",
    "customer_id": 10007,
    "token_expire": 1893466800,
    "verified": True,
}


def logged_in(unit: UnitOfWork, call: Call[Any], wanted: LoginParameters) -> Body:
    """Make a token and describe it. It sees the VMs that the call may see."""
    number = numbers.next_sequence(unit)
    session = sessions.Session(
        token=call.chance.token(call.account.generation, number),
        sequence=number,
        expires_at=call.now + wanted.ttl * SECOND,
        address=call.address if wanted.fix_ip else None,
        server_id=unit.only_vm,
    )
    sessions.add(unit, session)
    return described(unit, session.token, session.expires_at // SECOND)


def described(unit: UnitOfWork, token: str, expires: int) -> Body:
    """Return the body that describes the token of the call. `expires` is in epoch seconds."""
    account = unit.account
    customer = account.customer_id
    role = None if unit.only_vm is None else f"server {unit.only_vm}"
    return {
        "result": {
            "token": token,
            "role": "Customer",
            "role_type": role or "Customer",
            "role_name": role or "customer_billing",
            "permissions": sorted(f"{module}/{name}" for module, name in ACTIONS),
            "servers": wire_ids(unit),
            "whmcs_id": str(customer),
            "whmcs_location": WHMCS,
            "currency_code": billing.of_account(unit).currency,
            "email": account.credentials.user,
            "customer_id": customer,
            "token_expire": expires,
            "verified": True,
        }
    }


def is_plain(value: object) -> TypeGuard[str]:
    """Tell whether a value is a text that a credential may be. PostgreSQL does not accept NUL."""
    return isinstance(value, str) and value.isprintable()


def is_api_key(value: object) -> TypeGuard[str]:
    """Tell whether a value is 1 to 128 printable ASCII characters, as the API keys of the real API are."""
    return (
        isinstance(value, str) and 0 < len(value) <= MAX_API_KEY and value.isascii() and value.isprintable()
    )
