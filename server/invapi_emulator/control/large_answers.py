"""Answers that may be large: they are made one after the other, and only for clients that still wait."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from invapi_emulator.control.large_bodies import in_turns
from invapi_emulator.control.turns import unless_gone
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.storage import world_size
from invapi_emulator.worlds.steps import Steps

Selects = Callable[[AccountContext], Steps[bytes]]
"""Selects rows of an account now. Returns the steps that write them as JSON."""

Checks = Callable[[bytes], Awaitable[None]]
"""Raises a ControlError for a text that may not be sent."""

Asks = Callable[[AccountContext], bool]
"""Returns whether there is so much to select that it waits for its turn."""

_CLIENT_GONE = 499
"""A status that nobody receives; nginx has it in its log for the same."""


def _holds_much(context: AccountContext) -> bool:
    return world_size.is_large(context.tx, context.account.id)


async def answered(
    request: Request,
    worlds: Worlds,
    name: str,
    select: Selects,
    *,
    is_large: Asks = _holds_much,
    check: Checks | None = None,
) -> Response:
    """Answer with JSON that is written in steps. What is large waits for its turn before its rows are selected."""
    return await unless_gone(request, _made(worlds, name, select, is_large, check)) or Response(
        status_code=_CLIENT_GONE
    )


async def _made(worlds: Worlds, name: str, select: Selects, is_large: Asks, check: Checks | None) -> Response:
    steps = await worlds.within(name, lambda context: None if is_large(context) else select(context))
    if steps is not None:
        return worlds.turns.answer(await _text(steps, check))
    async with worlds.turns.turn():
        return worlds.turns.answer(await _text(await worlds.within(name, select), check))


async def _text(steps: Steps[bytes], check: Checks | None) -> bytes:
    text = await in_turns(steps)
    if check is not None:
        await check(text)
    return text
