"""An account's whole world: export it, or replace it."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import WrapValidator

from invapi_emulator.control.bodies import has_too_many_values, limit_of
from invapi_emulator.control.failures import failures
from invapi_emulator.control.importing import Imported, import_world
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds, Worlds
from invapi_emulator.worlds import schema
from invapi_emulator.worlds.export import export_too_large, writing_world
from invapi_emulator.worlds.named import SMALL_WORLD
from invapi_emulator.worlds.steps import Steps

IMPORTED = limit_of("/_emulator/accounts/name/state")
"""What an import takes. An export that has more is refused."""


class _StateRoute(JsonRoute):
    """A route that works on the account which has the name when the request has come in, also if its body takes long to parse.

    Large worlds are parsed, built and stored one at a time.
    """

    async def begin(self, request: Request) -> AbstractAsyncContextManager[None]:
        if self.body_field is None:
            return nullcontext()
        worlds: Worlds = request.app.state.worlds
        request.state.begun = await worlds.begin(request.path_params["name"])
        return worlds.turns.turn_if(needed=len(await request.body()) > SMALL_WORLD)


router = APIRouter(
    prefix="/_emulator/accounts/{name}/state",
    tags=["state"],
    responses=failures(404),
    route_class=_StateRoute,
)


_Unread: Any = Annotated[schema.World, WrapValidator(lambda given, _: given)]
"""A world as it was sent. `import_world` reads it in steps."""


@router.get("", responses={200: {"model": schema.World}, **failures(409)})
async def show_state(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Export the account's world; see docs/reference/worlds.md."""

    def select(context: AccountContext) -> Steps[bytes]:
        return writing_world(context.tx, context.account, context.now)

    return await answered(request, worlds, name, select, check=_check_size)


async def _check_size(text: bytes) -> None:
    """Raise Conflict for an export that no import takes."""
    if len(text) > IMPORTED.size:
        raise export_too_large(f"{len(text)} bytes", f"{IMPORTED.size}")
    if await has_too_many_values(text, IMPORTED):
        raise export_too_large("too many values of JSON", f"{IMPORTED.values}")


@router.put("", responses=failures(422))
async def replace_state(request: Request, name: NameInPath, state: _Unread, worlds: TheWorlds) -> Imported:
    """Replace the account's world. Credentials, login tokens, journal and events stay."""
    return await import_world(worlds, name, state, request.state.begun)
