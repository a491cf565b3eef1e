"""`auth.php` `info`: describes a token (contract 5.2)."""

from invapi_emulator.actions.answers import invalid_token
from invapi_emulator.actions.auth.session import EXAMPLE, WHMCS, LoggedIn, described
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.contract.assumptions.descriptions import SHAPE_OF_INFO
from invapi_emulator.domain.accounts import GIVEN_TOKEN_EXPIRES, Account
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import sessions
from invapi_emulator.storage.unit_of_work import UnitOfWork


def info(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    if call.account.assumed[SHAPE_OF_INFO] == "flat":
        return _flat(call.account)
    token = str(call.fields["token"])
    session = sessions.find(unit, token)
    expires = GIVEN_TOKEN_EXPIRES if session is None else session.expires_at // SECOND
    return described(unit, token, expires)


def _flat(account: Account) -> Body:
    customer = account.customer_id
    return {
        "result": "OK",
        "whmcs_id": str(customer),
        "customer_id": customer,
        "whmcs_location": WHMCS,
        "data": {"username": account.credentials.user, "user_id": customer},
    }


_GIVEN = EXAMPLE | {"token": "HOSTKEY_TOKEN", "token_expire": 4102444800}

ACTION = Action(
    module="auth",
    name="info",
    label="Describe token",
    clause="5.2",
    params=NoParameters,
    handler=info,
    examples=(Example(LoggedIn, {}, {"result": _GIVEN}),),
    refusal_examples=(invalid_token(),),
)
