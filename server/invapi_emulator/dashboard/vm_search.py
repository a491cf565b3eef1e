"""The search of an account's page. Each unit of work looks at a part of the VMs, so that other requests run in between."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from invapi_emulator.control.large_answers import holds_much, selected
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.process.pace import give_way
from invapi_emulator.storage import vms

T = TypeVar("T")

MOST_VMS = 500
"""Maximum number of VMs that a unit of work looks at."""

MOST_TEXT = 2_000_000
"""Number of characters, times words that they are searched for, after which a unit of work looks at no further VM."""


@asynccontextmanager
async def searched(
    worlds: Worlds, name: str, text: str, gather: Callable[[Sequence[int] | None, AccountContext], T]
) -> AsyncIterator[T]:
    """Gather a page for the VMs that have all words of a text, None for all VMs. The page of a large account has a turn."""
    words = tuple(dict.fromkeys(text.lower().split()))
    if not words:
        async with selected(worlds, name, partial(gather, None), holds_much) as gathered:
            yield gathered
        return
    async with worlds.turns.turn_if(needed=await worlds.within(name, holds_much)):
        found = await found_vms(worlds, name, words)
        yield await worlds.within(name, partial(gather, found))


async def found_vms(worlds: Worlds, name: str, words: Sequence[str]) -> list[int]:
    """Return the ids of the VMs whose id, hostname, address, location or tags have all words, in any case. They ascend."""
    found: list[int] = []
    first: int | None = 0
    while first is not None:
        some, first = await worlds.within(name, partial(_search, words, first))
        found += some
        await give_way()
    return found


def _search(words: Sequence[str], first: int, context: AccountContext) -> tuple[list[int], int | None]:
    """Return those found from the id `first` on, and the id to go on with, None at the end."""
    found, left = list[int](), MOST_TEXT
    part = vms.words_from(context.tx, context.account.id, first, MOST_VMS + 1)
    for seen, (vm_id, texts) in enumerate(part):
        if seen == MOST_VMS or left < 0:
            return found, vm_id
        text = " ".join(texts).lower()
        left -= len(text) * (len(words) + 1)
        if all(word in text for word in words):
            found.append(vm_id)
    return found, None
