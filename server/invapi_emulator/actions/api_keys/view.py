"""`api_keys.php` `view`: shows an API key, without its secret (contract 10.4)."""

from invapi_emulator.actions.api_keys.rows import ADDED, EXAMPLE_ROW, OfKey, OneKey, key_row, load_key
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage.unit_of_work import UnitOfWork


def view(unit: UnitOfWork, call: Call[OfKey]) -> Body:
    return {"data": key_row(load_key(unit, call.params.params.id))}


ACTION = Action(
    module="api_keys",
    name="view",
    label="View API key",
    clause="10.4",
    params=OfKey,
    handler=view,
    examples=(Example(OneKey, {"params[id]": 7}, {"data": EXAMPLE_ROW}, before=(ADDED,)),),
    refusal_examples=(RefusalExample({"params[id]": 99999}, "api_key_not_found", "API key 99999 not found"),),
    id_is_vm=False,
)
