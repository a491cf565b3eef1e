"""What `auth.php` answers (contract 5)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator.openapi.answers.answer import Answer, Part, Plain, Refused, invalid_token


class Session(Part):
    token: str
    """32 hexadecimal digits; the one that an account is given out with may be another word"""
    role: Literal["Customer"]
    role_type: Literal["Customer"]
    role_name: Literal["customer_billing"]
    permissions: list[str]
    """`module/action` of each action"""
    servers: list[int]
    """ids of the account's VMs"""
    whmcs_id: Annotated[str, Field(pattern="^[0-9]+$")]
    whmcs_location: str
    email: str
    customer_id: int
    token_expire: int
    """epoch seconds on the account's clock"""
    verified: Literal[True]


class LoggedIn(Part):
    result: Session


_SESSION: dict[str, Any] = {
    "token": "b2f0a6d1c4e58f7390a1b2c3d4e5f607",
    "role": "Customer",
    "role_type": "Customer",
    "role_name": "customer_billing",
    "permissions": ["auth/info", "eq/list", "vm/create_snapshot"],
    "servers": [12345, 12346, 12347, 12348],
    "whmcs_id": "10007",
    "whmcs_location": "com",
    "email": "demo@example.com",
    "customer_id": 10007,
    "token_expire": 1893466800,
    "verified": True,
}
_GIVEN = _SESSION | {"token": "HOSTKEY_TOKEN", "token_expire": 4102444800}

ANSWERS = {
    "login": [Answer(LoggedIn, {"key": "demo-api-key", "ttl": 10800}, {"result": _SESSION})],
    "whmcslogin": [
        Answer(LoggedIn, {"user": "demo@example.com", "password": "demo-password"}, {"result": _SESSION})
    ],
    "info": [Answer(LoggedIn, {}, {"result": _GIVEN})],
    "logout": [Answer(Plain, {}, {})],
}

REFUSED = [
    Refused("login", {"key": "wrong"}, "invalid_api_key", "Invalid API key"),
    Refused("whmcslogin", {"user": "nobody", "password": "none"}, "invalid_api_key", "Invalid credentials"),
    invalid_token("info"),
]
