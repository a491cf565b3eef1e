"""`tags.php` `remove`: removes a tag of servers (contract 10.2)."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Name
from invapi_emulator.actions.tags.servers import OfComponents, servers_in
from invapi_emulator.domain.tags import HOSTNAME, find_tag, without_tag
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import InvalidParameter, TagNotFound
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class RemoveTag(OfComponents):
    tag: Name


class RemovedTag(Part):
    result: Literal["OK"]
    action: Literal["remove"]


def remove(unit: UnitOfWork, call: Call[RemoveTag]) -> Body:
    """Remove the tag of every server that is named, or of none. The tag `hostname` stays: each server has one."""
    name = call.params.tag
    if name == HOSTNAME:
        raise InvalidParameter("tag", "invalid parameter tag: 'hostname'; it cannot be removed, only changed")
    for vm_id in servers_in(call.params):
        vm = vms.load(unit, vm_id)
        if find_tag(vm.tags, name) is None:
            raise TagNotFound(f"tag {name!a} of server {vm_id} not found")
        vms.save(unit, replace(vm, tags=without_tag(vm.tags, name)))
        events.record(unit, call.now, "tag_removed", vm=vm_id, tag=name)
    return {"result": "OK", "action": "remove"}


ACTION = Action(
    module="tags",
    name="remove",
    label="Remove tag",
    clause="10.2",
    params=RemoveTag,
    handler=remove,
    examples=(Example(RemovedTag, {"id": 12345, "tag": "role"}, {"result": "OK", "action": "remove"}),),
    refusal_examples=(
        RefusalExample({"id": 12345, "tag": "none"}, "tag_not_found", "tag 'none' of server 12345 not found"),
    ),
)
