"""Reset an account's world."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict

from invapi_emulator.control.building import built
from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import AccountView, account_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, ScenarioName, TheWorlds, Worlds
from invapi_emulator.worlds.accounts import new_reset, reset_account
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.fields import Seed
from invapi_emulator.worlds.load import Prepared, preparing
from invapi_emulator.worlds.named import Scenario
from invapi_emulator.worlds.schema import World

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
    scenario, begun = await worlds.within(name, partial(_begin, worlds, wanted))
    async with worlds.turns.turn_if(needed=scenario.is_large):
        while True:  # again only if another reset or an import was faster
            with worlds.lifecycle.nothing_done("before it had built the world"):
                prepared = await _prepared(worlds, name, wanted, begun)
            view = await worlds.replace(name, partial(_reset, prepared), begun=begun)
            if view is not None:
                return view


def _begin(worlds: Worlds, wanted: Reset, context: AccountContext) -> tuple[Scenario, int]:
    return _scenario(worlds, wanted, context), context.account.id


def _scenario(worlds: Worlds, wanted: Reset, context: AccountContext) -> Scenario:
    return (
        worlds.scenario_of(context.account) if wanted.scenario is None else worlds.scenario(wanted.scenario)
    )


async def _prepared(worlds: Worlds, name: str, wanted: Reset, begun: int) -> Prepared:
    def work(context: AccountContext) -> tuple[BuildContext, World]:
        scenario = _scenario(worlds, wanted, context)
        return new_reset(context.unit, scenario, wanted.seed), scenario.world

    building, world = await worlds.within(name, work, begun=begun)
    return await built(worlds, building, preparing(building, world))


def _reset(prepared: Prepared, context: AccountContext) -> AccountView | None:
    """Reset the account; return None if it has got another world while its own was built."""
    return account_view(context.present()) if reset_account(context.unit, prepared) else None
