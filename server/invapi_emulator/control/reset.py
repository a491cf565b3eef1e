"""Reset an account's world."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict

from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import AccountView, account_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, ScenarioName, TheWorlds
from invapi_emulator.worlds.accounts import reset_account
from invapi_emulator.worlds.fields import Seed

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}", tags=["accounts"], responses=failures(404)
)


class Reset(BaseModel):
    """The scenario and seed to start with. An omitted field keeps its current value."""

    model_config = ConfigDict(extra="forbid")

    scenario: ScenarioName | None = None
    seed: Seed | None = None


@router.post("/reset", responses=failures(422))
async def reset(
    name: NameInPath, worlds: TheWorlds, wanted: Annotated[Reset | None, Body()] = None
) -> AccountView:
    """Reset the account to its initial state: VMs, snapshots, settings, tasks, tokens and clock."""
    wanted = wanted or Reset()
    other = None if wanted.scenario is None else worlds.scenario(wanted.scenario)

    def work(context: AccountContext) -> AccountView:
        reset_account(context.unit, other or worlds.scenario_of(context.account), wanted.seed)
        return account_view(context.present())

    return await worlds.replace(name, work)
