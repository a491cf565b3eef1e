"""`eq.php` `update_servers`: lists the servers, the orders without one, and the keys of deploys (contract 6.1)."""

from typing import Annotated, Literal

from pydantic import Field

from invapi_emulator.actions.answers import Part, TaskKey
from invapi_emulator.actions.parameters import NoParameters
from invapi_emulator.actions.server_ids import wire_ids
from invapi_emulator.domain.orders import Order
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.storage import orders, tasks
from invapi_emulator.storage.orders import ORDERS
from invapi_emulator.storage.unit_of_work import UnitOfWork

_STATUSES = {"awaiting_payment": "Pending", "deploying": "Active", "failed": "Failed"}


class BillingServer(Part):
    """An order without a server yet. `id` is the number of its service."""

    id: int
    name: str
    status: Literal["Pending", "Active", "Failed"]
    config: str


class UpdatedServers(Part):
    result: Literal["OK"]
    action: Literal["update_servers"]
    servers: list[int]
    billing_servers: list[BillingServer]
    deploy_keys: dict[str, TaskKey] | Annotated[list[str], Field(max_length=0)] = Field(
        description="keys of deploys by invoice; an empty list if there are none, as PHP writes an empty array"
    )


def update_servers(unit: UnitOfWork, call: Call[NoParameters]) -> Body:
    waiting = [] if unit.only_vm is not None else orders.without_server(unit)
    # A client still reads the key of a deploy under way, and of a failed one until it ages out.
    told = tasks.with_known_keys(unit, {order.key for order in waiting if order.key is not None}, call.now)
    keys = {str(order.invoice): order.key for order in waiting if order.key in told}
    return {
        "result": "OK",
        "action": "update_servers",
        "servers": wire_ids(unit),
        "billing_servers": [_row(order) for order in waiting],
        "deploy_keys": keys or [],
    }


def _row(order: Order) -> Body:
    name = order.hostname or order.preset
    config = f"{order.preset} / {order.location} / {order.os or 'own OS'}"
    return {"id": order.id, "name": name, "status": _STATUSES[order.status], "config": config}


ACTION = Action(
    module="eq",
    name="update_servers",
    label="Update servers",
    clause="6.1",
    params=NoParameters,
    handler=update_servers,
    reads=(ORDERS,),
    examples=(
        Example(
            UpdatedServers,
            {},
            {
                "result": "OK",
                "action": "update_servers",
                "servers": [12345, 12346, 12347, 12348],
                "billing_servers": [],
                "deploy_keys": [],
            },
        ),
    ),
)
