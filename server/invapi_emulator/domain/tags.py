"""Tags of a VM: words with a value, set by clients and by the emulator (contract 10.2)."""

from msgspec import Struct
from msgspec.structs import replace

HOSTNAME = "hostname"
"""The tag that holds the VM's hostname."""

MOST_TAGS = 1_000
"""Maximum number of tags of a VM."""


class Tag(Struct, frozen=True):
    """A tag. `id` counts within the account. `internal` marks a tag that is about the server itself."""

    id: int
    name: str
    value: str
    extra: str = ""
    internal: bool = False


Tags = tuple[Tag, ...]
"""The tags of a VM, in order of their first setting. Each name occurs once."""


def find_tag(tags: Tags, name: str) -> Tag | None:
    return next((tag for tag in tags if tag.name == name), None)


def with_tag(tags: Tags, new: Tag) -> Tags:
    """Return the tags with a new one. A tag with the same name keeps its place and its id."""
    if find_tag(tags, new.name) is None:
        return (*tags, new)
    return tuple(replace(new, id=tag.id) if tag.name == new.name else tag for tag in tags)


def without_tag(tags: Tags, name: str) -> Tags:
    return tuple(tag for tag in tags if tag.name != name)
