"""The servers that a call of `tags.php` names, and tags as it shows them (contract 10.2)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Flag, Part
from invapi_emulator.actions.parameters import Component, Parameters, VmId, VmIds
from invapi_emulator.actions.server_ids import wire_id
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.tags import Tag
from invapi_emulator.errors import InvalidParameter

COMPONENT: Literal["eq"] = "eq"


class OfServers(Parameters):
    """`id_list` takes the place of `id`."""

    id: VmId | None = None
    id_list: VmIds | None = None
    component: Component = COMPONENT


class OfComponents(OfServers):
    """`component_id` is another name for `id`."""

    component_id: VmId | None = None


def servers_in(params: OfServers) -> tuple[int, ...]:
    """Return the ids of the servers; raise InvalidParameter if there are none, or two names disagree."""
    if params.id_list is not None:
        return params.id_list
    other = params.component_id if isinstance(params, OfComponents) else None
    given = tuple(dict.fromkeys(number for number in (params.id, other) if number is not None))
    if len(given) > 1:
        raise InvalidParameter(
            "component_id", f"invalid parameter component_id: '{other}'; it takes the same as id, {params.id}"
        )
    if not given:
        raise InvalidParameter(
            "id", "invalid parameter id: it is missing; it takes ASCII digits, 1 to 2^63-1"
        )
    return given


class TagRow(Part):
    """`component_id` is the id of the server."""

    id: int = Field(description="the tag's own id")
    tag: str
    value: str
    extra: str
    internal: Flag
    component: str
    component_id: int


def tag_row(assumed: Assumed, vm_id: int, tag: Tag) -> dict[str, Any]:
    return {
        "id": tag.id,
        "tag": tag.name,
        "value": tag.value,
        "extra": tag.extra,
        "internal": int(tag.internal),
        "component": COMPONENT,
        "component_id": wire_id(assumed, vm_id),
    }
