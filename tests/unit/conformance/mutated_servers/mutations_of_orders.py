"""Mutations of orders, deploys and cancellations."""

from tests.support.kit_runs import ORDERS
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given
from tests.unit.conformance.mutated_servers.mutations import changed, is_end, mutation, taken

ORDER = "eq/order_instance"

taken(
    "an order without a place is taken",
    ORDER,
    "an-order-at-no-location-is-refused",
    ORDERS,
    location_name="conformance-nowhere",
)
taken(
    "an order of an unknown system is taken",
    ORDER,
    "an-order-of-an-unknown-system-is-refused",
    ORDERS,
    os_id=str(2**31 - 1),
)
taken(
    "an order of an unknown plan is taken",
    ORDER,
    "an-order-of-an-unknown-plan-is-refused",
    ORDERS,
    traffic_plan=str(2**31 - 1),
)
changed(
    "an order does not name its system",
    ORDER,
    "an-order-answers-its-invoice",
    lambda body: body.pop("os_name"),
    ORDERS,
)
changed("an order has no key", ORDER, "an-order-answers-its-key", lambda body: body.pop("callback"), ORDERS)
changed(
    "an order answers an id",
    ORDER,
    "an-order-answers-no-id",
    lambda body: body.update(id=body["invoice"]),
    ORDERS,
)
changed(
    "keys of deploys are not told",
    "eq/update_servers",
    "update-servers-has-the-key",
    lambda body: body.update(deploy_keys=[]),
    ORDERS,
)
changed(
    "an order's server is named late",
    "whmcs/get_invoice",
    "the-invoice-names-the-server",
    lambda body: body["items"]["item"][0].update(inv_id=None),
    ORDERS,
)
changed(
    "an invoice has taxes",
    "whmcs/get_invoice",
    "the-invoice-asks-for-the-price",
    lambda body: body.update(total="4.76"),
    ORDERS,
)
changed(
    "a deployed server is off",
    "eq/show",
    "a-deployed-server-is-shown",
    lambda body: body["server_data"].update(power_status="power_off"),
    ORDERS,
)
taken("a server is cancelled twice", "whmcs/request_cancellation", "a-second-cancellation-is-refused", ORDERS)  # fmt: skip

_SERVERS: list[int] = []


@mutation("a-server-under-way-is-not-listed", ORDERS)
def a_server_is_listed_from_the_start(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("eq", "list"):
        given.body["servers"] = sorted({*given.body["servers"], 50001})


@mutation("a-done-deploy-tells-its-server", ORDERS)
def a_deploy_does_not_tell_its_address(_asked: Asked, given: Given) -> None:
    if is_end(given, "deploy"):
        given.body["context"].pop("ip")


@mutation("a-done-deploy-says-nothing-of-failure", ORDERS)
def a_deploy_tells_of_errors(_asked: Asked, given: Given) -> None:
    if is_end(given, "deploy"):
        given.body["debug"] = "0 errors"


@mutation("a-cancelled-server-leaves-the-list", ORDERS)
def a_cancelled_server_stays_listed(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("eq", "list"):
        _SERVERS[:] = {*_SERVERS, *(id_ for id_ in given.body["servers"] if isinstance(id_, int))}
        given.body["servers"] = sorted(_SERVERS)
