"""How an account's world behaves: its profile, and what it assumes where nobody knows."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumption
from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import IGNORED, View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.domain.behavior import Conduct, Profile
from invapi_emulator.storage import events
from invapi_emulator.worlds.fields import Assume

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["accounts"], responses=failures(404))


class AssumptionView(View):
    id: str
    clause: str = Field(description="of docs/fidelity.md")
    about: str
    option: str = Field(description="the one in force")
    options: dict[str, str] = Field(description="what each means, by name, the default first")
    reading: str = Field(description="as `option`, under its old name")
    readings: dict[str, str] = Field(description="as `options`, under its old name")


class AssumptionList(View):
    assumptions: list[AssumptionView]


class ChangedAssumptions(AssumptionList):
    ignored: str | None = IGNORED


class ProfileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    profile: Profile


@router.get("/assumptions")
async def show_assumptions(name: NameInPath, worlds: TheWorlds) -> AssumptionList:
    """Show what the account assumes where nobody knows, and what else might be true."""
    return await worlds.within(name, _shown)


@router.put("/assumptions", responses=failures(422))
async def change_assumptions(
    name: NameInPath, worlds: TheWorlds, options: Annotated[Assume, Body()]
) -> ChangedAssumptions:
    """Set options of assumptions by id: `yes`, `no`, or an option by its name. Others stay as they are."""
    await worlds.within(
        name, lambda context: _change(context, context.account.conduct.changed(assume=options))
    )
    shown = await worlds.within(name, _shown)
    return ChangedAssumptions(assumptions=shown.assumptions, ignored=retired_line(options))


@router.put("/profile", responses=failures(422))
async def change_profile(name: NameInPath, worlds: TheWorlds, wanted: ProfileChange) -> ProfileChange:
    """Give the account another profile; tasks under way take as long as they would have taken."""
    await worlds.within(
        name, lambda context: _change(context, context.account.conduct.changed(wanted.profile))
    )
    return wanted


def _change(context: AccountContext, conduct: Conduct) -> None:
    context.unit.change_account(conduct=conduct)
    events.record(
        context.unit, context.now, "conduct",
        profile=conduct.profile, assume=dict(conduct.assumed.other),
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
