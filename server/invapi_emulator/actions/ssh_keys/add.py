"""`ssh_keys.php` `add`: stores a public key (contract 10.1)."""

from collections.abc import Sequence

from pydantic import Field
from pydantic_core import ErrorDetails

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.most import require_room
from invapi_emulator.actions.parameters import Name, Named, Parameters, PublicKey, Switch
from invapi_emulator.actions.ssh_keys.rows import ADDED, EXAMPLE_ROW, SshKeyRow, key_row
from invapi_emulator.domain.account_keys import MOST_KEYS, SshKey
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import events, numbers, ssh_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork


class NewSshKey(Named):
    """`default` makes it the account's default key, which no other then is."""

    name: Name
    key: PublicKey
    default: Switch = False


class AddSshKey(Parameters):
    params: NewSshKey = Field(description="a map with name, key and default")

    @classmethod
    def words_for(cls, errors: Sequence[ErrorDetails]) -> str | None:
        missing = {error["loc"] for error in errors if error["type"] == "missing"}
        if not missing:
            return None
        required = [name for name, field in NewSshKey.model_fields.items() if field.is_required()]
        names = [name for name in required if ("params",) in missing or ("params", name) in missing]
        return f"Missing required keys: {', '.join(names)}"


class AddedSshKey(Part):
    sshkey: SshKeyRow


def add(unit: UnitOfWork, call: Call[AddSshKey]) -> Body:
    require_whole_account(unit)
    require_room(len(ssh_keys.of_unit(unit)), MOST_KEYS, "SSH keys in this account")
    wanted = call.params.params
    made = SshKey(numbers.next_object(unit), wanted.name, wanted.key, wanted.default, call.now)
    ssh_keys.add(unit, made)
    events.record(unit, call.now, "ssh_key_added", key=made.id, name=made.name)
    return {"sshkey": key_row(call.account, made)}


ACTION = Action(
    module="ssh_keys",
    name="add",
    label="Add SSH key",
    clause="10.1",
    params=AddSshKey,
    handler=add,
    examples=(Example(AddedSshKey, ADDED[1], {"sshkey": EXAMPLE_ROW}),),
    refusal_examples=(
        RefusalExample({"params[name]": "laptop"}, "invalid_parameter", "Missing required keys: key"),
    ),
    id_is_vm=False,
)
