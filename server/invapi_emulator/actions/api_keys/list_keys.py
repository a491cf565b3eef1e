"""`api_keys.php` `list`, `list_for_server`: list the account's API keys (contract 10.4)."""

from pydantic import Field

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.api_keys.rows import ADDED, EXAMPLE_ROW, ApiKeyRow, key_row, visible_keys
from invapi_emulator.actions.parameters import Named, NoParameters, Parameters, VmId
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Server(Named):
    server_id: VmId


class OfServer(Parameters):
    params: Server = Field(description="a map with server_id")


class ApiKeys(Part):
    data: list[ApiKeyRow]


def list_keys(unit: UnitOfWork, _call: Call[NoParameters]) -> Body:
    return {"data": [key_row(key) for key in visible_keys(unit)]}


def list_for_server(unit: UnitOfWork, call: Call[OfServer]) -> Body:
    server = vms.load(unit, call.params.params.server_id)
    return {"data": [key_row(key) for key in visible_keys(unit) if key.server_id == server.id]}


_LISTED = {"data": [EXAMPLE_ROW]}
_OF_SERVER = {"params[server_id]": 12345}

ACTIONS = (
    Action(
        module="api_keys",
        name="list",
        label="List API keys",
        clause="10.4",
        params=NoParameters,
        handler=list_keys,
        examples=(Example(ApiKeys, {}, _LISTED, before=(ADDED,)),),
        refusal_examples=(invalid_token(),),
        id_is_vm=False,
    ),
    Action(
        module="api_keys",
        name="list_for_server",
        label="List API keys of a server",
        clause="10.4",
        params=OfServer,
        handler=list_for_server,
        examples=(Example(ApiKeys, _OF_SERVER, _LISTED, before=(ADDED,)),),
        refusal_examples=(
            RefusalExample({"params[server_id]": 99999}, "vm_not_found", "no such VM in this account"),
        ),
        id_is_vm=False,
    ),
)
