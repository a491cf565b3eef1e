"""`traffic_plans.php` `list`: lists traffic plans (contract 9.4)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.catalogue_answers import answered
from invapi_emulator.actions.catalogue_parameters import CatalogueId, OfServer, Wanted, wanted_by
from invapi_emulator.contract.assumptions.catalogue import TRAFFIC_PLANS_WITH_A_TOKEN
from invapi_emulator.domain.catalogue import Catalogue, TrafficPlan
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example
from invapi_emulator.errors import AccessDenied
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OfPlans(OfServer):
    """`instance` and `instance_id` both name the preset."""

    instance: CatalogueId | None = None
    instance_id: CatalogueId | None = None


class PlanPrices(Part):
    EUR: float
    USD: float
    RUB: float


class PlanRow(Part):
    id: int
    name: str
    active: int
    location: str
    locations: str
    limit_in: int = Field(description="-1: none")
    limit_out: int = Field(description="-1: none")
    rate_in: int
    rate_out: int
    bandwidth: int
    currency_id: Literal[0, 1] = Field(description="that of `price`: 0 for EUR and USD, 1 for RUB")
    price: float
    web_plan: int
    main_plan: int
    billing_plan: PlanPrices


class Plans(Part):
    traffic_plans: list[PlanRow]


def list_plans(unit: UnitOfWork, call: Call[OfPlans]) -> Body | Prepared:
    if call.caller is not None and call.caller.assumed[TRAFFIC_PLANS_WITH_A_TOKEN] == "refused":
        raise AccessDenied("invalid request")
    params = call.params
    wanted = wanted_by(unit, call.caller, params, params.instance, params.instance_id)
    return answered(call, _listed, wanted)


def _listed(catalogue: Catalogue, wanted: Wanted) -> Body:
    found = [plan for plan in catalogue.traffic_plans if wanted.fits(plan, catalogue)]
    return {"traffic_plans": [_row(plan, wanted.location) for plan in found]}


def _row(plan: TrafficPlan, location: str | None) -> dict[str, Any]:
    prices = plan.prices
    plain = ("id", "name", "limit_in", "limit_out", "rate_in", "rate_out", "bandwidth")
    return {
        **{name: getattr(plan, name) for name in plain},
        "active": int(plan.active),
        "location": location or plan.locations[0],
        "locations": ",".join(plan.locations),
        "currency_id": int(plan.currency == "RUB"),
        "price": float(prices.of(plan.currency)),
        "web_plan": int(plan.web),
        "main_plan": int(plan.main),
        "billing_plan": {"EUR": float(prices.EUR), "USD": float(prices.USD), "RUB": float(prices.RUB)},
    }


_PLAN = {
    "id": 25,
    "name": "3 TB / 1 Gbps VM",
    "limit_in": -1,
    "limit_out": 3000,
    "rate_in": 1000,
    "rate_out": 1000,
    "bandwidth": 1000,
    "active": 1,
    "location": "NL",
    "locations": "NL,DE,FI,US",
    "currency_id": 0,
    "price": 0.0,
    "web_plan": 0,
    "main_plan": 1,
    "billing_plan": {"EUR": 0.0, "USD": 0.0, "RUB": 0.0},
}
_IGNORED = "accepted and ignored: what it does is not documented (9.4)"

ACTION = Action(
    module="traffic_plans",
    name="list",
    label="List traffic plans",
    clause="9.4",
    params=OfPlans,
    handler=list_plans,
    is_public=True,
    examples=(Example(Plans, {"location": "NL", "instance": 108}, {"traffic_plans": [_PLAN]}),),
    ignored=dict.fromkeys(("bill_period", "vm", "exclude_list", "email"), _IGNORED),
)
