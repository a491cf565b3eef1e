"""`eq.php` `rename_server`: changes the hostname of a server (contract 10.3)."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.lock_refusals import require_changeable
from invapi_emulator.actions.parameters import Hostname, OfVm
from invapi_emulator.actions.tag_changes import save_with_tag
from invapi_emulator.domain.tags import HOSTNAME, find_tag
from invapi_emulator.domain.virtual_machines import tagged
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.faults.rules import fire
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REFUSAL = "failed to request rename_server for"


class RenameServer(OfVm):
    hostname: Hostname


class Renamed(Part):
    result: Literal["OK"]
    action: Literal["rename_server"]


def rename_server(unit: UnitOfWork, call: Call[RenameServer]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_changeable(unit, vm)
    own = find_tag(vm.tags, HOSTNAME)
    assert own is not None, "every server has this tag"
    renamed = tagged(vm, replace(own, value=call.params.hostname))
    if fire(unit, call, "effect") is not None:
        renamed = replace(renamed, hostname=vm.hostname)
    save_with_tag(unit, call.now, renamed, HOSTNAME)
    return {"result": "OK", "action": "rename_server"}


ACTION = Action(
    module="eq",
    name="rename_server",
    label="Rename server",
    clause="10.3",
    params=RenameServer,
    handler=rename_server,
    examples=(
        Example(Renamed, {"id": 12345, "hostname": "web-2"}, {"result": "OK", "action": "rename_server"}),
    ),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample(
            {"id": 99999, "hostname": "web-2"},
            "vm_not_found",
            f"{_REFUSAL} 99999 - no such VM in this account",
        ),
    ),
    ignored={"pin": "accepted and ignored, whatever it is (6.3)"},
)
