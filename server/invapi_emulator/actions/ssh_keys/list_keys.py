"""`ssh_keys.php` `list`: lists the account's public keys (contract 10.1)."""

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.ssh_keys.rows import ADDED, EXAMPLE_ROW, SshKeyRow, key_row
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import ssh_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork


class SshKeys(Part):
    sshkeys: list[SshKeyRow]


def list_keys(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    require_whole_account(unit)
    return {"sshkeys": [key_row(call.account, key) for key in ssh_keys.of_unit(unit)]}


ACTION = Action(
    module="ssh_keys",
    name="list",
    label="List SSH keys",
    clause="10.1",
    params=NoParameters,
    handler=list_keys,
    examples=(Example(SshKeys, {}, {"sshkeys": [EXAMPLE_ROW]}, before=(ADDED,)),),
    refusal_examples=(invalid_token(),),
    id_is_vm=False,
)
