"""An account's whole world: export it, or replace it."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import WrapValidator

from invapi_emulator.control.failures import failures
from invapi_emulator.control.importing import Imported, import_world
from invapi_emulator.control.large_bodies import LargeBodyRoute
from invapi_emulator.control.worlds import NameInPath, TheWorlds
from invapi_emulator.worlds import schema
from invapi_emulator.worlds.export import written_world

router = APIRouter(
    prefix="/_emulator/accounts/{name}/state",
    tags=["state"],
    responses=failures(404),
    route_class=LargeBodyRoute,
)


_Unread: Any = Annotated[schema.World, WrapValidator(lambda given, _: given)]
"""A world as it was sent. `import_world` reads it in steps."""


@router.get("", responses={200: {"model": schema.World}})
async def show_state(name: NameInPath, worlds: TheWorlds) -> JSONResponse:
    """Export the account's world; see docs/worlds.md."""
    return JSONResponse(
        await worlds.within(name, lambda context: written_world(context.tx, context.account, context.now))
    )


@router.put("", responses=failures(422))
async def replace_state(name: NameInPath, state: _Unread, worlds: TheWorlds) -> Imported:
    """Replace the account's world. Credentials, login tokens, journal and events stay."""
    return await import_world(worlds, name, state)
