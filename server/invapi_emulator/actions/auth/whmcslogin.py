"""`auth.php` `whmcslogin`: makes a token for a user and a password (contract 5.2)."""

from invapi_emulator.actions.auth.session import EXAMPLE, LoggedIn, LoginParameters, is_plain, logged_in
from invapi_emulator.actions.parameters import Secret
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Fields, Identification
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidApiKey
from invapi_emulator.storage.owners import OwnerWord, login_word
from invapi_emulator.storage.unit_of_work import UnitOfWork


class WhmcsLogin(LoginParameters):
    user: Secret
    password: Secret


def _word(fields: Fields) -> OwnerWord | None:
    user, password = fields.get("user"), fields.get("password")
    return login_word(user, password) if is_plain(user) and is_plain(password) else None


def _check_password(unit: UnitOfWork, fields: Fields, _address: str) -> None:
    credentials = unit.account.credentials if unit.owned else None
    given = (fields.get("user"), fields.get("password"))
    if credentials is None or given != (credentials.user, credentials.password):
        raise InvalidApiKey("Invalid credentials")


def whmcslogin(unit: UnitOfWork, call: Call[WhmcsLogin]) -> Body:
    return logged_in(unit, call, call.params)


ACTION = Action(
    module="auth",
    name="whmcslogin",
    label="Log in by password",
    clause="5.2",
    params=WhmcsLogin,
    handler=whmcslogin,
    identified_by=Identification(_word, _check_password),
    examples=(
        Example(LoggedIn, {"user": "demo@example.com", "password": "demo-password"}, {"result": EXAMPLE}),
    ),
    refusal_examples=(
        RefusalExample({"user": "nobody", "password": "none"}, "invalid_api_key", "Invalid credentials"),
    ),
)
