"""An account's behavior: its profile and the options of its assumptions."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumption
from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import IGNORED, View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.domain.behavior import Behavior, Profile
from invapi_emulator.storage import events
from invapi_emulator.worlds.fields import Assume

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}", tags=["accounts"], responses=failures(404)
)


class AssumptionView(View):
    id: str
    clause: str = Field(description="number of the clause in docs/reference/wire.md")
    about: str
    option: str = Field(description="the option in force")
    options: dict[str, str] = Field(description="meaning of each option, by name, the default first")
    reading: str = Field(description="former name of `option`")
    readings: dict[str, str] = Field(description="former name of `options`")


class AssumptionList(View):
    assumptions: list[AssumptionView]


class ChangedAssumptions(AssumptionList):
    ignored: str | None = IGNORED


class ProfileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: Profile


@router.get("/assumptions")
async def show_assumptions(name: NameInPath, worlds: TheWorlds) -> AssumptionList:
    """Show the account's assumptions, each with the option in force and its other options."""
    return await worlds.within(name, _shown)


@router.put("/assumptions", responses=failures(422))
async def change_assumptions(
    name: NameInPath, worlds: TheWorlds, options: Annotated[Assume, Body()]
) -> ChangedAssumptions:
    """Set options by id of the assumption: `yes`, `no` or an option's name. Other ids do not change."""

    def work(context: AccountContext) -> AssumptionList:
        _change(context, context.account.behavior.changed(assume=options))
        return _shown(context)

    shown = await worlds.within(name, work)
    return ChangedAssumptions(assumptions=shown.assumptions, ignored=retired_line(options))


@router.put("/profile", responses=failures(422))
async def change_profile(name: NameInPath, worlds: TheWorlds, wanted: ProfileChange) -> ProfileChange:
    """Change the account's profile. Running tasks keep their durations."""
    await worlds.within(
        name, lambda context: _change(context, context.account.behavior.changed(wanted.profile))
    )
    return wanted


def _change(context: AccountContext, behavior: Behavior) -> None:
    context.unit.change_account(behavior=behavior)
    events.record(
        context.unit, context.now, "conduct",
        profile=behavior.profile, assume=dict(behavior.assumed.other),
    )  # fmt: skip


def _shown(context: AccountContext) -> AssumptionList:
    return AssumptionList(assumptions=[_view(context, ASSUMPTIONS[id_]) for id_ in sorted(ASSUMPTIONS)])


def _view(context: AccountContext, shown: Assumption[Any]) -> AssumptionView:
    option, options = context.account.assumed[shown], dict(shown.options)
    return AssumptionView(
        id=shown.id,
        clause=shown.clause,
        about=shown.about,
        option=option,
        options=options,
        reading=option,
        readings=options,
    )
