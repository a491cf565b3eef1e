"""How much text the tags of servers can have (contract 10.2)."""

from collections.abc import Sequence

from invapi_emulator.domain import tags
from invapi_emulator.domain.tags import Tag, find_tag
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.errors import NotSupported
from invapi_emulator.storage import tag_sizes
from invapi_emulator.storage.unit_of_work import UnitOfWork


def require_room_for_tag(unit: UnitOfWork, machines: Sequence[VirtualMachine], tag: Tag) -> None:
    """Raise NotSupported if a tag is too large for these servers. Tags that get shorter always have room."""
    at_once = tags.size_of((tag,)) * len(machines)
    if at_once > tags.MOST_AT_ONCE:
        raise NotSupported(
            f"the tag takes {at_once:,} bytes on {len(machines):,} servers, and this emulator stores at most "
            f"{tags.MOST_AT_ONCE:,} in a call; name fewer servers"
        )
    growth = sum(_growth(vm, tag) for vm in machines)
    if growth > 0 and tag_sizes.of_account(unit) + growth > tags.MOST_TEXT_OF_ACCOUNT:
        raise NotSupported(
            f"the tags of this account would take more than {tags.MOST_TEXT_OF_ACCOUNT:,} bytes, the most that "
            "this emulator keeps; remove some first"
        )


def _growth(vm: VirtualMachine, tag: Tag) -> int:
    """Return by how much the tags of a server grow in its account. Raise NotSupported if they are too long then."""
    present = find_tag(vm.tags, tag.name)
    before = tags.size_of(vm.tags)
    after = before + tags.size_of((tag,)) - (tags.size_of((present,)) if present else 0)
    if after > max(tags.MOST_TEXT, before):
        raise NotSupported(
            f"the tags of server {vm.id} would take {after:,} bytes, more than the {tags.MOST_TEXT:,} that this "
            "emulator keeps; remove one first"
        )
    return tags.size_in_account(after) - tags.size_in_account(before)
