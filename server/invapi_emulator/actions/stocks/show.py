"""`stocks.php` `show`: describes a dedicated server that is free in stock (contract 9.5)."""

from invapi_emulator.actions.answers import Part, invalid_token
from invapi_emulator.actions.catalogue_answers import answered
from invapi_emulator.actions.catalogue_parameters import CatalogueId
from invapi_emulator.actions.parameters import Parameters
from invapi_emulator.actions.stocks.list_stock import PROMO, StockRow, stock_row
from invapi_emulator.domain.catalogue import Catalogue, numbered
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Prepared
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import NotInCatalogue
from invapi_emulator.storage.unit_of_work import UnitOfWork


class OfStockServer(Parameters):
    id: CatalogueId


class StockServerData(Part):
    server_data: StockRow


def show(_unit: UnitOfWork, call: Call[OfStockServer]) -> Body | Prepared:
    return answered(call, _shown, call.params)


def _shown(catalogue: Catalogue, asked: OfStockServer) -> Body:
    server = numbered(catalogue.stock, asked.id)
    if server is None or not server.free:
        raise NotInCatalogue(f"stocks/show: server {asked.id} is not in stock")
    return {"server_data": stock_row(server)}


ACTION = Action(
    module="stocks",
    name="show",
    label="Show stock server",
    clause="9.5",
    params=OfStockServer,
    handler=show,
    id_is_vm=False,
    examples=(Example(StockServerData, {"id": 70101}, {"server_data": PROMO}),),
    refusal_examples=(
        RefusalExample({"id": 12345}, "not_in_catalogue", "stocks/show: server 12345 is not in stock"),
        invalid_token(id=70101),
    ),
)
