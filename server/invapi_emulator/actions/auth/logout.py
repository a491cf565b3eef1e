"""`auth.php` `logout`: ends a token (contract 5.2)."""

from invapi_emulator.actions.answers import Plain
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import sessions
from invapi_emulator.storage.unit_of_work import UnitOfWork


def logout(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    token = str(call.fields["token"])
    if token == call.account.credentials.token:
        unit.change_account(token_alive=False)
    sessions.remove(unit, token)
    return {}


ACTION = Action(
    module="auth",
    name="logout",
    label="Log out",
    clause="5.2",
    params=NoParameters,
    handler=logout,
    examples=(Example(Plain, {}, {}),),
)
