"""`eq.php` `list`: lists the ids of the account's servers (contract 6.1)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.server_ids import wire_ids
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Servers(Part):
    result: Literal["OK"]
    action: Literal["list"]
    servers: list[int] = Field(description="ids of the account's VMs")


def list_servers(unit: UnitOfWork, _call: Call[NoParameters]) -> Body:
    return {"result": "OK", "action": "list", "servers": wire_ids(unit)}


_SERVERS: dict[str, Any] = {"result": "OK", "action": "list", "servers": [12345, 12346, 12347, 12348]}

ACTION = Action(
    module="eq",
    name="list",
    label="List servers",
    clause="6.1",
    params=NoParameters,
    handler=list_servers,
    examples=(Example(Servers, {}, _SERVERS),),
    refusal_examples=(invalid_token(),),
)
