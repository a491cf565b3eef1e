"""Replace an account's world with one that was sent, in steps.

Reading and building it take long if it is large, and other requests go on between the steps. What was built is
stored in one unit of work: all of it or nothing.
"""

from functools import partial
from typing import Any

from pydantic import Field

from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control.building import built
from invapi_emulator.control.large_bodies import in_turns
from invapi_emulator.control.views import IGNORED, AccountView, account_view
from invapi_emulator.control.worlds import AccountContext, Worlds
from invapi_emulator.worlds.accounts import account_of_import, replace_world
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.load import Prepared, new_context_of, preparing
from invapi_emulator.worlds.reading import reading
from invapi_emulator.worlds.schema import World

BEFORE_IMPORTED = "before it had read and built the world"


class Imported(AccountView):
    keys: dict[str, str] = Field(
        description="task keys that were already taken, each with the key that replaces it; and as `api_keys.<id>` "
        "the secret that each API key got"
    )
    ignored: str | None = IGNORED


async def import_world(worlds: Worlds, name: str, given: Any, begun: int | None) -> Imported:
    """Replace the world of the account; raise Unprocessable for the first mistake in what was given.

    `begun` is the account that had the name when the request began: no other one is touched. If the account is reset or given another seed or an earlier time meanwhile, the world is built again.
    """
    with worlds.lifecycle.nothing_done(BEFORE_IMPORTED):
        world = await in_turns(reading(given))
    while True:
        with worlds.lifecycle.nothing_done(BEFORE_IMPORTED):
            prepared = await _prepared(worlds, name, world, begun)
        begun = prepared.building.account.id
        imported = await worlds.replace(name, partial(_replaced, prepared), begun=begun)
        if imported is not None:
            return imported


async def _prepared(worlds: Worlds, name: str, world: World, begun: int | None) -> Prepared:
    building = await worlds.within(name, lambda context: _context(context, world), begun=begun)
    return await built(worlds, building, preparing(building, world))


def _context(context: AccountContext, world: World) -> BuildContext:
    fresh = account_of_import(context.account, world, context.unit.real_now)
    return new_context_of(context.tx, fresh, world, fresh.clock.now(context.unit.real_now))


def _replaced(prepared: Prepared, context: AccountContext) -> Imported | None:
    keys = replace_world(context.unit, prepared)
    if keys is None:
        return None
    view = account_view(context.present()).model_dump()
    return Imported(**view, keys=keys, ignored=retired_line(prepared.world.assume or {}))
