"""An account's whole world: export it, or replace it."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import WrapValidator

from invapi_emulator.control.bodies import has_too_many_values, limit_of
from invapi_emulator.control.failures import failures
from invapi_emulator.control.importing import Imported, import_world
from invapi_emulator.control.large_bodies import JsonRoute, in_turns
from invapi_emulator.control.worlds import NameInPath, TheWorlds
from invapi_emulator.worlds import schema
from invapi_emulator.worlds.export import export_too_large, writing_world

IMPORTED = limit_of("/_emulator/accounts/name/state")
"""What an import takes. An export that has more is refused."""

router = APIRouter(
    prefix="/_emulator/accounts/{name}/state",
    tags=["state"],
    responses=failures(404),
    route_class=JsonRoute,
)


_Unread: Any = Annotated[schema.World, WrapValidator(lambda given, _: given)]
"""A world as it was sent. `import_world` reads it in steps."""


@router.get("", responses={200: {"model": schema.World}, **failures(409)})
async def show_state(name: NameInPath, worlds: TheWorlds) -> Response:
    """Export the account's world; see docs/worlds.md."""
    steps = await worlds.within(name, lambda context: writing_world(context.tx, context.account, context.now))
    text = await in_turns(steps)
    if len(text) > IMPORTED.size:
        raise export_too_large(f"{len(text)} bytes", f"{IMPORTED.size}")
    if await has_too_many_values(text, IMPORTED):
        raise export_too_large("too many values of JSON", f"{IMPORTED.values}")
    return Response(text, media_type="application/json")


@router.put("", responses=failures(422))
async def replace_state(name: NameInPath, state: _Unread, worlds: TheWorlds) -> Imported:
    """Replace the account's world. Credentials, login tokens, journal and events stay."""
    return await import_world(worlds, name, state)
