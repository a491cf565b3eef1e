"""11: an order, its deploy and its cancellation. They cost money, and need to be allowed."""

from invapi_conformance.patterns import KEY, NUMBER, STRING, TEXT, Like, numeric, one_of
from invapi_conformance.probe import Probe
from invapi_conformance.table import (
    CannotTell,
    Finding,
    Need,
    answered,
    check,
    compared,
    first_difference,
    refused,
)

ORDERS: tuple[Need, ...] = ("orders",)
ASKED = "order.asked"


def _server_of(probe: Probe) -> int:
    """Return the id of the ordered server. Raises CannotTell if no deploy told it."""
    server = probe.step("order.end").field("context", "id")
    if not isinstance(server, int):
        raise CannotTell("the deploy does not tell the server")
    return server


def _is_listed(probe: Probe, step: str) -> bool:
    servers = probe.step(step).field("servers")
    if not isinstance(servers, list):
        raise CannotTell("eq/list has no list")
    return str(_server_of(probe)) in map(str, servers)


@check("11.1", "documented", "an order at a location where there is none is refused", needs=ORDERS)
def an_order_at_no_location_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("order.location"), "it was accepted")


@check("11.1", "documented", "an order of an unknown operating system is refused", needs=ORDERS)
def an_order_of_an_unknown_system_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("order.os"), "it was accepted")


@check("11.1", "documented", "an order of an unknown traffic plan is refused", needs=ORDERS)
def an_order_of_an_unknown_plan_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("order.plan"), "it was accepted")


@check("11.2", "seen", "an order answers the number of its invoice, which the credit has paid", needs=ORDERS)
def an_order_answers_its_invoice(probe: Probe) -> Finding:
    wanted = {
        "result": "OK", "action": "order_instance", "invoice": NUMBER, "status": "Paid", "os_name": TEXT, "soft_name": STRING,
    }  # fmt: skip
    return answered(probe.step(ASKED), wanted, "another shape")


@check("11.2", "seen", "an order that is paid answers the key of its deploy", needs=ORDERS)
def an_order_answers_its_key(probe: Probe) -> Finding:
    return answered(probe.step(ASKED), {"callback": KEY}, "no key")


@check(
    "11.2", "seen", "an order does not answer an id: the server is known when it is deployed", needs=ORDERS
)
def an_order_answers_no_id(probe: Probe) -> Finding:
    has = "id" in (probe.step(ASKED).body or {})
    return compared({"id": has}, {"id": False}, "it has an id")


@check("6.1", "seen", "update_servers has the key of a deploy by its invoice", needs=ORDERS)
def update_servers_has_the_key(probe: Probe) -> Finding:
    asked, updated = probe.step(ASKED), probe.step("order.keys")
    _was_under_way(probe)
    wanted = {"deploy_keys": {str(asked.field("invoice")): asked.key or KEY}}
    return answered(updated, wanted, "clients that poll by invoice find no key")


def _was_under_way(probe: Probe) -> None:
    if probe.step("order.first").field("result") == "OK":
        raise CannotTell("the deploy had ended before it was first checked")


@check("11.3", "seen", "a server that is being deployed is not in the list", needs=ORDERS)
def a_server_under_way_is_not_listed(probe: Probe) -> Finding:
    _was_under_way(probe)
    return compared({"listed": _is_listed(probe, "order.list")}, {"listed": False}, "the list has it already")


@check("11.3", "documented", "a deploy that is done tells its server", needs=ORDERS)
def a_done_deploy_tells_its_server(probe: Probe) -> Finding:
    scope = {"id": NUMBER, "location": TEXT, "preset": TEXT, "ip": TEXT, "os": TEXT, "status": "deploy_done"}
    context = {"action": "deploy", "id": NUMBER, "location": TEXT, "ip": TEXT, "User": TEXT}
    wanted = {"result": "OK", "scope": scope, "context": context, "debug": TEXT}
    return answered(probe.step("order.end"), wanted, "another shape")


@check("11.3", "documented", "no word of a done deploy says that it failed", needs=ORDERS)
def a_done_deploy_says_nothing_of_failure(probe: Probe) -> Finding:
    text = probe.step("order.end").text.lower()
    found = [word for word in ("error", "fail", "abort", "reject", "cancel") if word in text]
    return compared({"words": ", ".join(found)}, {"words": ""}, "clients take these words for a failure")


@check("11.3", "documented", "a deployed server is listed, named, addressed and on", needs=ORDERS)
def a_deployed_server_is_shown(probe: Probe) -> Finding:
    data = {
        "id": numeric(_server_of(probe)),
        "hostname": probe.own,
        "status": "rent",
        "power_status": "power_on",
    }
    wanted = {"server_data": data, "IP": [{"IP": TEXT, "main_ip": one_of(1, "1")}]}
    return first_difference(
        answered(probe.step("order.show"), wanted, "something is missing"),
        compared(
            {"listed": _is_listed(probe, "order.list-done")}, {"listed": True}, "the list does not have it"
        ),
    )


@check("11.6", "seen", "the invoice of an order is paid, and names the server", needs=ORDERS)
def the_invoice_names_the_server(probe: Probe) -> Finding:
    items = {"item": [{"inv_id": numeric(_server_of(probe))}]}
    return answered(
        probe.step("order.invoice"), {"status": "Paid", "items": items}, "another status, or no server"
    )


@check("11.7", "assumed", "the invoice of an order asks for what the catalogue says", needs=ORDERS)
def the_invoice_asks_for_the_price(probe: Probe) -> Finding:
    total = Like(probe.price, lambda value: str(value) == probe.price, plain=True)
    return answered(probe.step("order.invoice"), {"total": total}, "another amount: taxes, for example")


@check("11.6", "seen", "a cancellation at once is accepted, and the server leaves the list", needs=ORDERS)
def a_cancelled_server_leaves_the_list(probe: Probe) -> Finding:
    return first_difference(
        answered(probe.step("cancel.asked"), {"result": "OK"}, "it was refused"),
        compared({"listed": _is_listed(probe, "cancel.list")}, {"listed": False}, "the list still has it"),
    )


@check("11.6", "seen", "a second cancellation is refused", needs=ORDERS)
def a_second_cancellation_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("cancel.again"), "it was accepted")
