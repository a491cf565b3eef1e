"""Answers that may be large: they are made one after the other, and only for clients that still wait."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import Request, Response

from invapi_emulator.control.large_bodies import in_turns
from invapi_emulator.control.turns import unless_gone
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.storage import world_size
from invapi_emulator.worlds.steps import Steps

T = TypeVar("T")

Selects = Callable[[AccountContext], Steps[bytes]]
"""Selects rows of an account now. Returns the steps that write them as JSON."""

Checks = Callable[[bytes], Awaitable[None]]
"""Raises a ControlError for a text that may not be sent."""

Asks = Callable[[AccountContext], bool]
"""Returns whether there is so much to select that it waits for its turn."""

_CLIENT_GONE = 499
"""A status that nobody receives; nginx has it in its log for the same."""


def holds_much(context: AccountContext) -> bool:
    """Return whether the account has so much that what shows it is large."""
    return world_size.is_large(context.tx, context.account.id)


async def answered(
    request: Request,
    worlds: Worlds,
    name: str,
    select: Selects,
    *,
    is_large: Asks = holds_much,
    check: Checks | None = None,
) -> Response:
    """Answer with JSON that is written in steps. What is large waits for its turn before its rows are selected."""

    async def answer() -> Response:
        async with selected(worlds, name, select, is_large) as steps:
            text = await in_turns(steps)
            if check is not None:
                await check(text)
            return worlds.turns.answer(text)

    return await for_who_waits(request, answer())


@asynccontextmanager
async def selected(
    worlds: Worlds, name: str, select: Callable[[AccountContext], T], is_large: Asks
) -> AsyncIterator[T]:
    """Select something of an account. If it is large, wait for its turn before, and have the turn within the block."""
    found = await worlds.within(name, lambda context: None if is_large(context) else (select(context),))
    if found is not None:
        yield found[0]
        return
    async with worlds.turns.turn():
        yield await worlds.within(name, select)


async def for_who_waits(request: Request, answer: Coroutine[Any, Any, Response]) -> Response:
    """Return the answer. It is no longer made as soon as the client has gone."""
    return await unless_gone(request, answer) or Response(status_code=_CLIENT_GONE)
