"""Fault rules: create them, show how often they fired, switch them off, remove them."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request
from fastapi.responses import Response
from msgspec.structs import replace
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.control_errors import Conflict, NotFound
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.rules import MAX_RULES, FaultSpec, parse
from invapi_emulator.storage import faults, numbers
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.world_size import FEW
from invapi_emulator.whole_numbers import whole_number
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps

router = APIRouter(
    route_class=JsonRoute,
    prefix="/_emulator/accounts/{name}/faults",
    tags=["faults"],
    responses=failures(404),
)

RuleNumber = Annotated[int, Path(json_schema_extra={"minimum": 1}), BeforeValidator(whole_number)]


class RuleView(View):
    """A rule with all its fields, including those of its kind (docs/reference/faults.md)."""

    model_config = ConfigDict(extra="allow")

    id: int
    kind: str
    match: dict[str, Any]
    skip: int
    times: int | None = Field(description="null: always")
    probability: float
    enabled: bool
    seen: int = Field(description="number of calls that the rule was checked against")
    fired: int


class FaultList(View):
    faults: list[RuleView] = Field(description="in order of creation")


class RuleChange(BaseModel):
    """A disabled rule does not fire, and does not count calls."""

    model_config = ConfigDict(extra="forbid")

    enabled: Annotated[bool, Field(strict=True)]


@router.post(
    "",
    status_code=201,
    responses=failures(409, 422),
    operation_id="order__emulator_accounts__name__faults_post",  # generated clients have this name
)
async def add_fault(name: NameInPath, wanted: Annotated[FaultSpec, Body()], worlds: TheWorlds) -> RuleView:
    """Create a fault rule: what fails, on which calls, how often (docs/reference/faults.md)."""
    return await worlds.within(name, lambda context: _add(context, wanted))


@router.get("", responses={200: {"model": FaultList}})
async def list_faults(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show the fault rules, each with the number of times that it fired."""

    def select(context: AccountContext) -> Steps[bytes]:
        rules = faults.of_account(context.unit)
        return writing({"faults": (rule_view(rule).model_dump(mode="json") for rule in rules)})

    def large(context: AccountContext) -> bool:
        return len(faults.of_account(context.unit)) > FEW

    return await answered(request, worlds, name, select, is_large=large)


@router.patch("/{rule_id}", responses=failures(422))
async def change(name: NameInPath, rule_id: RuleNumber, wanted: RuleChange, worlds: TheWorlds) -> RuleView:
    """Switch a rule off or on. Its counts stay."""

    def work(context: AccountContext) -> RuleView:
        changed = replace(_rule(context, rule_id), enabled=wanted.enabled)
        faults.save(context.unit, changed)
        return rule_view(changed)

    return await worlds.within(name, work)


@router.delete("/{rule_id}", status_code=204, responses=failures(422))
async def remove(name: NameInPath, rule_id: RuleNumber, worlds: TheWorlds) -> None:
    """Remove a rule. Its effects so far stay."""

    def work(context: AccountContext) -> None:
        faults.remove(context.unit, _rule(context, rule_id).id)

    await worlds.within(name, work)


def _add(context: AccountContext, wanted: Fault) -> RuleView:
    if len(faults.of_account(context.unit)) >= MAX_RULES:
        raise Conflict(
            "too_many_faults", f"the account has {MAX_RULES} fault rules, the maximum; delete some"
        )
    number = numbers.next_fault(context.unit)
    rule = Rule(number, wanted.model_dump(mode="json", exclude_unset=True))
    faults.add(context.unit, rule)
    return rule_view(rule)


def rule_view(rule: Rule) -> RuleView:
    """Return a rule with all its fields, including those that the request omitted."""
    fault = parse(rule.spec)
    fields = fault.model_dump(mode="json", exclude_none=True)
    fields |= {"match": fault.match.model_dump(mode="json", exclude_unset=True), "times": fault.times}
    return RuleView(id=rule.id, **fields, enabled=rule.enabled, seen=rule.seen, fired=rule.fired)


def _rule(context: AccountContext, rule_id: int) -> Rule:
    rule = faults.find(context.unit, rule_id)
    if rule is None:
        raise NotFound("fault_not_found", f"account {context.account.name!r} has no fault rule {rule_id}")
    return rule
