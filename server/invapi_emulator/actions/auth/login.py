"""`auth.php` `login`: makes a token for an API key (contract 5.1)."""

from invapi_emulator.actions.auth.session import EXAMPLE, LoggedIn, LoginParameters, is_api_key, logged_in
from invapi_emulator.actions.parameters import ApiKey
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Fields, Identification
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidApiKey, NoAppropriateServers
from invapi_emulator.storage import api_keys, vms
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Login(LoginParameters):
    key: ApiKey


def _word(fields: Fields) -> OwnerWord | None:
    key = fields.get("key")
    return ("api_key", key) if is_api_key(key) else None


def _check_key(unit: UnitOfWork, fields: Fields, address: str) -> None:
    """Raise InvalidApiKey unless the key is the account's own, or one of its API keys that admits the address."""
    key = fields.get("key")
    if not is_api_key(key):
        raise InvalidApiKey("Incorrect API key format")
    if unit.owned:
        issued = api_keys.with_secret(unit, key)
        if key == unit.account.credentials.api_key or (issued is not None and issued.admits(address)):
            return
    raise InvalidApiKey("Invalid API key")


def login(unit: UnitOfWork, call: Call[Login]) -> Body:
    issued = api_keys.with_secret(unit, call.params.key)
    unit.only_vm = None if issued is None else issued.server_id
    if not vms.ids(unit):
        raise NoAppropriateServers
    return logged_in(unit, call, call.params)


ACTION = Action(
    module="auth",
    name="login",
    label="Log in",
    clause="5.1",
    params=Login,
    handler=login,
    identified_by=Identification(_word, _check_key),
    examples=(Example(LoggedIn, {"key": "demo-api-key", "ttl": 10800}, {"result": EXAMPLE}),),
    refusal_examples=(
        RefusalExample({"key": "wrong"}, "invalid_api_key", "Invalid API key"),
        RefusalExample({"key": ""}, "invalid_api_key", "Incorrect API key format"),
    ),
)
