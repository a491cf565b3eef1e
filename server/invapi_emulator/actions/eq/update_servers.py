"""`eq.php` `update_servers`: lists the account's servers again (contract 6.1)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.server_ids import wire_ids
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage.unit_of_work import UnitOfWork


class UpdatedServers(Part):
    result: Literal["OK"]
    action: Literal["update_servers"]
    servers: list[int]
    billing_servers: list[Any] = Field(max_length=0)
    deploy_keys: list[Any] = Field(max_length=0, description="empty, as PHP writes an empty array")


def update_servers(unit: UnitOfWork, _call: Call[NoParameters]) -> Body:
    return _updated(wire_ids(unit))


def _updated(servers: list[int | str]) -> Body:
    return {
        "result": "OK",
        "action": "update_servers",
        "servers": servers,
        "billing_servers": [],
        "deploy_keys": [],
    }


ACTION = Action(
    module="eq",
    name="update_servers",
    label="Update servers",
    clause="6.1",
    params=NoParameters,
    handler=update_servers,
    examples=(Example(UpdatedServers, {}, _updated([12345, 12346, 12347, 12348])),),
)
