"""An account's whole world: export it, or replace it."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import IGNORED, AccountView, account_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.worlds import schema
from invapi_emulator.worlds.accounts import replace_world
from invapi_emulator.worlds.export import written_world

router = APIRouter(prefix="/_emulator/accounts/{name}/state", tags=["state"], responses=failures(404))


class Imported(AccountView):
    keys: dict[str, str] = Field(
        description="task keys that were already taken, each with the key that replaces it"
    )
    ignored: str | None = IGNORED


@router.get("", responses={200: {"model": schema.World}})
async def show_state(name: NameInPath, worlds: TheWorlds) -> JSONResponse:
    """Export the account's world; see docs/worlds.md."""
    return JSONResponse(
        await worlds.within(name, lambda context: written_world(context.tx, context.account, context.now))
    )


@router.put("", responses=failures(422))
async def replace_state(name: NameInPath, state: schema.World, worlds: TheWorlds) -> Imported:
    """Replace the account's world. Credentials, login tokens, journal and events stay."""

    def work(context: AccountContext) -> Imported:
        keys = replace_world(context.unit, state)
        view = account_view(context.present()).model_dump()
        return Imported(**view, keys=keys, ignored=retired_line(state.assume or {}))

    return await worlds.replace(name, work)
