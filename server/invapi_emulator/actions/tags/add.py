"""`tags.php` `add`: sets a tag of servers (contract 10.2)."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_core import ErrorDetails

from invapi_emulator.actions.answers import Flag, Part
from invapi_emulator.actions.lock_refusals import require_changeable
from invapi_emulator.actions.most import require_room
from invapi_emulator.actions.parameters import HOSTNAME, Switch
from invapi_emulator.actions.room_for_tags import require_room_for_tag
from invapi_emulator.actions.tag_changes import save_with_tag
from invapi_emulator.actions.tags.servers import COMPONENT, OfServers, servers_in, tag_row
from invapi_emulator.domain import tags
from invapi_emulator.domain.tags import Tag, find_tag
from invapi_emulator.domain.virtual_machines import VirtualMachine, tagged
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample, Sent
from invapi_emulator.errors import InvalidParameter
from invapi_emulator.storage import numbers, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

TOO_LONG = "tag/add: invalid token data, too long"
_HOSTNAME = re.compile(HOSTNAME.replace(r"\z", r"\Z"))


class AddTag(OfServers):
    """`value` of the tag `hostname` is a host name."""

    tag: Annotated[
        str,
        StringConstraints(pattern=r"\A[a-zA-Z0-9-]+\z", max_length=32),
        Field(description="1 to 32 letters, digits and hyphens"),
    ]
    value: Annotated[
        str,
        StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]*\z", max_length=256),
        Field(description="at most 256 characters, none of them a control character"),
    ]
    extra: Annotated[
        str,
        StringConstraints(pattern=r"\A[^\x00]*\z", max_length=16_384),
        Field(description="at most 16384 characters, none of them NUL"),
    ] = ""
    internal: Switch = False

    @classmethod
    def words_for(cls, errors: Sequence[ErrorDetails]) -> str | None:
        return TOO_LONG if any(error["type"] == "string_too_long" for error in errors) else None


class AddedTag(Part):
    result: Literal["OK"]
    action: Literal["add"]
    id: int = Field(description="the tag's own id, of the first server if there are several")
    component: Literal["eq"]
    component_id: int = Field(description="the id of the server, of the first if there are several")
    tag: str
    value: str
    extra: str
    internal: Flag


def add(unit: UnitOfWork, call: Call[AddTag]) -> Body:
    wanted = call.params
    if wanted.tag == tags.HOSTNAME and not _HOSTNAME.fullmatch(wanted.value):
        raise InvalidParameter(
            "value", f"invalid parameter value: {wanted.value!a}; for the tag hostname it takes a host name"
        )
    machines = [vms.load(unit, vm_id) for vm_id in servers_in(wanted)]
    if wanted.tag == tags.HOSTNAME:
        for vm in machines:
            require_changeable(unit, vm)
    require_room_for_tag(unit, machines, _tag(0, wanted))
    rows = [_set(unit, call, vm) for vm in machines]
    return {"result": "OK", "action": "add"} | rows[0]


def _set(unit: UnitOfWork, call: Call[AddTag], vm: VirtualMachine) -> Body:
    wanted = call.params
    present = find_tag(vm.tags, wanted.tag)
    if present is None:
        require_room(len(vm.tags), tags.MOST_TAGS, f"tags of server {vm.id}")
    number = numbers.next_object(unit) if present is None else present.id
    tag = _tag(number, wanted)
    save_with_tag(unit, call.now, tagged(vm, tag), tag.name)
    return tag_row(call.account.assumed, vm.id, tag)


def _tag(number: int, wanted: AddTag) -> Tag:
    return Tag(number, wanted.tag, wanted.value, wanted.extra, wanted.internal)


_SENT: Sent = {"id": 12345, "tag": "project", "value": "shop"}

ACTION = Action(
    module="tags",
    name="add",
    label="Set tag",
    clause="10.2",
    params=AddTag,
    handler=add,
    examples=(
        Example(
            AddedTag,
            _SENT,
            {
                "result": "OK",
                "action": "add",
                "id": 7,
                "component": COMPONENT,
                "component_id": 12345,
                "tag": "project",
                "value": "shop",
                "extra": "",
                "internal": 0,
            },
        ),
    ),
    refusal_examples=(
        RefusalExample({**_SENT, "tag": "x" * 33}, "invalid_parameter", TOO_LONG),
        RefusalExample({**_SENT, "id": 99999}, "vm_not_found", "no such VM in this account"),
    ),
)
