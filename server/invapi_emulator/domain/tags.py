"""Tags of a VM: words with a value, set by clients and by the emulator (contract 10.2)."""

from msgspec import Struct
from msgspec.structs import replace

HOSTNAME = "hostname"
"""The tag that holds the VM's hostname."""

OS_TAG = "os"
"""The tag that holds the name of the installed system."""

MOST_TAGS = 1_000
"""Maximum number of tags of a VM."""

MOST_TEXT = 128 * 1024
"""Maximum size of the tags of a VM. They are written together each time that one of them changes."""

MOST_AT_ONCE = 1024 * 1024
"""Maximum size of a tag, times the number of servers that a call sets it on."""

MOST_TEXT_OF_ACCOUNT = 16 * 1024 * 1024
"""Maximum size of the tags of all VMs that have more than LITTLE_TEXT each."""

LITTLE_TEXT = 1024
"""VMs with tags up to this size are not counted among those of the account."""

_CHANGING = frozenset({HOSTNAME, OS_TAG})
_SIZE_OF_TAG = 64
"""What a tag counts beside its text: its numbers and its place in memory."""


class Tag(Struct, frozen=True, gc=False):
    """A tag. `id` counts within the account. `internal` marks a tag that is about the server itself.

    Garbage collection leaves it out: it holds no objects that could refer to it, and an account may have 60,000.
    """

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


def size_of(tags: Tags) -> int:
    """Return the size of tags: the bytes of their text, and 64 for each.

    The values of `hostname` and `os` do not count, as a rename or reinstall changes them.
    """
    texts = [tag.name + tag.extra + ("" if tag.name in _CHANGING else tag.value) for tag in tags]
    return _SIZE_OF_TAG * len(tags) + len("".join(texts).encode(errors="surrogatepass"))


def size_in_account(size: int) -> int:
    """Return the part of MOST_TEXT_OF_ACCOUNT that a VM takes with tags of this size."""
    return size if size > LITTLE_TEXT else 0
