"""`api_keys.php` `delete`: removes an API key. Tokens that it logged in stay (contract 10.4)."""

from invapi_emulator.actions.answers import Plain
from invapi_emulator.actions.api_keys.rows import ADDED, OfKey, load_key
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import api_keys, events
from invapi_emulator.storage.unit_of_work import UnitOfWork


def delete(unit: UnitOfWork, call: Call[OfKey]) -> Body:
    key = load_key(unit, call.params.params.id)
    api_keys.remove(unit, key.id)
    events.record(unit, call.now, "api_key_removed", key=key.id, name=key.name, server=key.server_id)
    return {}


ACTION = Action(
    module="api_keys",
    name="delete",
    label="Delete API key",
    clause="10.4",
    params=OfKey,
    handler=delete,
    examples=(Example(Plain, {"params[id]": 7}, {}, before=(ADDED,)),),
    refusal_examples=(RefusalExample({"params[id]": 99999}, "api_key_not_found", "API key 99999 not found"),),
    id_is_vm=False,
)
