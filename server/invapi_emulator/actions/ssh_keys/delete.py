"""`ssh_keys.php` `delete`: removes a public key (contract 10.1)."""

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Plain
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.actions.ssh_keys.rows import ADDED
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import SshKeyNotFound
from invapi_emulator.storage import events, ssh_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork


def delete(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    require_whole_account(unit)
    key = ssh_keys.find(unit, call.params.id)
    if key is None:
        raise SshKeyNotFound(f"SSH key {call.params.id} not found")
    ssh_keys.remove(unit, key.id)
    events.record(unit, call.now, "ssh_key_removed", key=key.id, name=key.name)
    return {}


ACTION = Action(
    module="ssh_keys",
    name="delete",
    label="Delete SSH key",
    clause="10.1",
    params=OfVm,
    handler=delete,
    examples=(Example(Plain, {"id": 7}, {}, before=(ADDED,)),),
    refusal_examples=(RefusalExample({"id": 99999}, "ssh_key_not_found", "SSH key 99999 not found"),),
    id_is_vm=False,
)
