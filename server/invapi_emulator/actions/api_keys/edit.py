"""`api_keys.php` `edit`: changes an API key. Its secret and its server stay (contract 10.4)."""

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.actions.api_keys.rows import ADDED, EXAMPLE_ROW, KeyId, OneKey, key_row, load_key
from invapi_emulator.actions.parameters import (
    Addresses,
    Name,
    NotifyAddress,
    NotifyWord,
    Parameters,
    Switch,
)
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample, Sent
from invapi_emulator.errors import NothingToUpdate
from invapi_emulator.storage import api_keys, events
from invapi_emulator.storage.unit_of_work import UnitOfWork


class ChangedApiKey(KeyId):
    """Fields that are not sent keep their values."""

    name: Name | None = None
    ip: Addresses | None = None
    active: Switch | None = None
    login_notify_method: NotifyWord | None = None
    login_notify_address: NotifyAddress | None = None


class EditApiKey(Parameters):
    params: ChangedApiKey = Field(
        description="a map with id, and with name, ip, active, login_notify_method or login_notify_address"
    )


def edit(unit: UnitOfWork, call: Call[EditApiKey]) -> Body:
    changes = call.params.params.model_dump(exclude={"id"}, exclude_none=True)
    if not changes:
        names = [name for name in ChangedApiKey.model_fields if name != "id"]
        raise NothingToUpdate(f"nothing to update: send one of {', '.join(f'params[{n}]' for n in names)}")
    key = replace(load_key(unit, call.params.params.id), **changes)
    api_keys.save(unit, key)
    events.record(unit, call.now, "api_key_changed", key=key.id, name=key.name, server=key.server_id)
    return {"data": key_row(key)}


_SENT: Sent = {"params[id]": 7, "params[name]": "Old Key", "params[active]": 0}

ACTION = Action(
    module="api_keys",
    name="edit",
    label="Edit API key",
    clause="10.4",
    params=EditApiKey,
    handler=edit,
    examples=(
        Example(OneKey, _SENT, {"data": EXAMPLE_ROW | {"name": "Old Key", "active": 0}}, before=(ADDED,)),
    ),
    refusal_examples=(
        RefusalExample({**_SENT, "params[id]": 99999}, "api_key_not_found", "API key 99999 not found"),
    ),
    id_is_vm=False,
)
