"""`tags.php` `list`: lists the tags of a server (contract 10.2)."""

from typing import Literal

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Component, OfVm, Switch
from invapi_emulator.actions.tags.servers import COMPONENT, TagRow, tag_row
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class ListTags(OfVm):
    """`internal` 0 leaves out the internal ones."""

    component: Component = COMPONENT
    internal: Switch = True


class ListedTags(Part):
    result: Literal["OK"]
    action: Literal["list"]
    tags: list[TagRow]


def list_tags(unit: UnitOfWork, call: Call[ListTags]) -> Body:
    vm = vms.load(unit, call.params.id)
    shown = [tag for tag in vm.tags if call.params.internal or not tag.internal]
    rows = [tag_row(call.account.assumed, vm.id, tag) for tag in shown]
    return {"result": "OK", "action": "list", "tags": rows}


_ROW = {
    "id": 1,
    "tag": "role",
    "value": "web",
    "extra": "",
    "internal": 0,
    "component": COMPONENT,
    "component_id": 12345,
}
_HOSTNAME = {**_ROW, "id": 2, "tag": "hostname", "value": "web-1", "internal": 1}

ACTION = Action(
    module="tags",
    name="list",
    label="List tags",
    clause="10.2",
    params=ListTags,
    handler=list_tags,
    examples=(
        Example(ListedTags, {"id": 12345}, {"result": "OK", "action": "list", "tags": [_ROW, _HOSTNAME]}),
    ),
    refusal_examples=(RefusalExample({"id": 99999}, "vm_not_found", "no such VM in this account"),),
)
