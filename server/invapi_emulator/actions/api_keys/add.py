"""`api_keys.php` `add`: makes an API key (contract 10.4)."""

from functools import partial

from pydantic import Field

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.api_keys.rows import ADDED, EXAMPLE_ROW, ApiKeyRow, key_row
from invapi_emulator.actions.most import require_room
from invapi_emulator.actions.parameters import (
    Addresses,
    Name,
    Named,
    NotifyAddress,
    NotifyWord,
    Parameters,
    Switch,
    VmId,
)
from invapi_emulator.domain.account_keys import MOST_KEYS, ApiKey
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.secrets_of_keys import new_secret
from invapi_emulator.storage import api_keys, events, numbers, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class NewApiKey(Named):
    """Without a `server_id` the key is for the whole account."""

    name: Name
    server_id: VmId | None = None
    ip: Addresses = ""
    active: Switch = True
    login_notify_method: NotifyWord = "none"
    login_notify_address: NotifyAddress = ""


class AddApiKey(Parameters):
    params: NewApiKey = Field(
        description="a map with name, server_id, ip, active, login_notify_method and login_notify_address"
    )


class NewKeyRow(ApiKeyRow):
    """A key with its secret, which no other answer has."""

    api_key: str = Field(pattern="^[0-9a-f]{32}$")


class AddedApiKey(Part):
    data: NewKeyRow


def add(unit: UnitOfWork, call: Call[AddApiKey]) -> Body:
    wanted = call.params.params
    if wanted.server_id is None:
        require_whole_account(unit)
    else:
        vms.load(unit, wanted.server_id)
    require_room(len(api_keys.of_unit(unit)), MOST_KEYS, "API keys in this account")
    number = numbers.next_object(unit)
    made = ApiKey(
        id=number,
        secret=new_secret(call.account, number, partial(api_keys.is_taken_for, unit)),
        created_at=call.now,
        **dict(wanted),
    )
    api_keys.add(unit, made)
    events.record(unit, call.now, "api_key_added", key=made.id, name=made.name, server=made.server_id)
    return {"data": key_row(made) | {"api_key": made.secret}}


_EXAMPLE = EXAMPLE_ROW | {"api_key": "0c6f5f2f8f0f4b7e9a3d1c2b4a596877"}

ACTION = Action(
    module="api_keys",
    name="add",
    label="Add API key",
    clause="10.4",
    params=AddApiKey,
    handler=add,
    examples=(Example(AddedApiKey, ADDED[1], {"data": _EXAMPLE}),),
    refusal_examples=(
        RefusalExample(
            {"params[name]": "key", "params[server_id]": 99999}, "vm_not_found", "no such VM in this account"
        ),
    ),
    id_is_vm=False,
)
