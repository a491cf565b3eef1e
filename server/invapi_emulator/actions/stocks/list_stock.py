"""`stocks.php` `list`: lists the dedicated servers that are free in stock (contract 9.5)."""

from typing import Any, Literal

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.catalogue_answers import CatalogueTag, answered, tag_rows
from invapi_emulator.actions.catalogue_parameters import Location
from invapi_emulator.actions.parameters import Parameters, Words
from invapi_emulator.domain.catalogue import Catalogue, StockServer
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OfStock(Parameters):
    """`all`, in any case, stands for any location or group."""

    location: Location | None = None
    group: Words | None = None


class StockPrices(Part):
    EUR: float
    USD: float


class Specs(Part):
    cpu: str
    ram: int
    disk: int


class Monthly(Part):
    monthly: float


class BillingPlans(Part):
    EUR: Monthly
    USD: Monthly


class StockRow(Part):
    id: int
    name: str
    location: str
    group: str
    status: Literal["available"]
    price: StockPrices
    specs: Specs
    created_at: str
    server_group: str
    tags: list[CatalogueTag]
    deployment_eta: None
    billing_plan: BillingPlans


class Stock(Part):
    servers: list[StockRow]


def list_stock(_unit: UnitOfWork, call: Call[OfStock]) -> Body | Prepared:
    return answered(call, _listed, call.params)


def _listed(catalogue: Catalogue, asked: OfStock) -> Body:
    location, group = _narrowing(asked.location), _narrowing(asked.group)
    found = [
        server
        for server in catalogue.stock
        if server.free and location in (None, server.location) and group in (None, server.group)
    ]
    return {"servers": [stock_row(server) for server in found]}


def _narrowing(word: str | None) -> str | None:
    return None if word is None or word.lower() == "all" else word


def stock_row(server: StockServer) -> dict[str, Any]:
    in_eur, in_usd = float(server.prices.EUR), float(server.prices.USD)
    plain = ("id", "name", "location", "group", "created_at", "server_group")
    return {
        **{name: getattr(server, name) for name in plain},
        "status": "available",
        "price": {"EUR": in_eur, "USD": in_usd},
        "specs": {"cpu": server.cpu, "ram": server.ram, "disk": server.disk},
        "tags": tag_rows(server.tags),
        "deployment_eta": None,
        "billing_plan": {"EUR": {"monthly": in_eur}, "USD": {"monthly": in_usd}},
    }


PROMO: dict[str, Any] = {
    "id": 70101,
    "name": "bm.v2-promo",
    "location": "NL",
    "group": "AMD-MODERN",
    "created_at": "2026-01-15T10:30:00Z",
    "server_group": "Dedicated Server",
    "status": "available",
    "price": {"EUR": 79.0, "USD": 86.9},
    "specs": {"cpu": "AMD Ryzen 9 5950X", "ram": 64, "disk": 1000},
    "tags": [],
    "deployment_eta": None,
    "billing_plan": {"EUR": {"monthly": 79.0}, "USD": {"monthly": 86.9}},
}
"""A server of the default catalogue, for examples."""

ACTION = Action(
    module="stocks",
    name="list",
    label="List stock",
    clause="9.5",
    params=OfStock,
    handler=list_stock,
    examples=(Example(Stock, {"location": "NL"}, {"servers": [PROMO]}),),
    refusal_examples=(invalid_token(),),
)
