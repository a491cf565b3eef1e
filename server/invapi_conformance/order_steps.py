"""The steps of a plan that order a server and cancel it. At most one order is made in a run.

Each order is for the kit's own hostname. After one that was not refused, or made an invoice, no other is sent.
"""

from invapi_conformance.answers import Answer, whole_in
from invapi_conformance.interruption import Interrupted
from invapi_conformance.order_offer import invoices_of, servers_of
from invapi_conformance.probe import NO_SUCH_NUMBER, NOWHERE
from invapi_conformance.requests import Value
from invapi_conformance.system import new_password
from invapi_conformance.target import Unreachable
from invapi_conformance.walk import StepFailed, Walk

REASON = "ordered by the conformance kit"


def try_wrong_orders(walk: Walk) -> None:
    """Order what cannot be had. Raises StepFailed at the first that is not refused."""
    wrong: tuple[tuple[str, dict[str, Value]], ...] = (
        ("order.location", {"location_name": NOWHERE}),
        ("order.os", {"os_id": NO_SUCH_NUMBER}),
        ("order.plan", {"traffic_plan": NO_SUCH_NUMBER}),
    )
    for step, fields in wrong:
        if not _placed(walk, step, **fields).is_failure:
            raise StepFailed("an order that had to be refused was taken: no other is made")
        if invoices_of(walk.probe) != walk.offered.invoices:
            raise StepFailed("a refused order made an invoice: no other is made")


def order(walk: Walk) -> None:
    """Order the server, and follow its deploy to the end."""
    asked = _placed(walk, "order.asked")
    if asked.is_failure or walk.order.invoice is None:
        raise StepFailed(f"eq/order_instance was refused: {asked.message}")
    keys = walk.send("order.keys", "eq", "update_servers").field("deploy_keys")
    walk.send("order.list", "eq", "list")
    key = asked.key or key_of(keys, walk.order.invoice)
    if key is None:
        raise StepFailed("the order has no key to follow")
    _follow(walk, key)
    walk.send("order.show", "eq", "show", id=walk.order.server or 0)
    walk.send("order.list-done", "eq", "list")
    walk.send("order.invoice", "whmcs", "get_invoice", invoice_id=walk.order.invoice)


def key_of(keys: object, invoice: int) -> str | None:
    """Return the key of a deploy by its invoice, None if `deploy_keys` does not have it."""
    key = keys.get(str(invoice)) if isinstance(keys, dict) else None
    return key if isinstance(key, str) and key else None


def _follow(walk: Walk, key: str) -> None:
    steps = walk.probe.steps
    walk.pending[key] = "order_instance"
    steps["order.first"] = walk.probe.checked(key)
    steps["order.end"] = walk.ended(key, steps["order.first"])
    if walk.order.server is None:
        raise StepFailed(f"the deploy did not end well: {steps['order.end'].message}")


def cancel(walk: Walk) -> None:
    """Cancel the server at once, and again."""
    assert walk.order.server is not None, "the step before has found it"
    cancel_server(walk, walk.order.server)
    walk.send("cancel.list", "eq", "list")
    walk.send("cancel.again", "whmcs", "request_cancellation", **_cancellation(walk.order.server))


def cancel_server(walk: Walk, server: int) -> None:
    """Cancel a server of the kit's own. Raises StepFailed unless it is accepted, or was before."""
    answer = walk.send("cancel.asked", "whmcs", "request_cancellation", **_cancellation(server))
    taken = isinstance(answer.body, dict) and not answer.is_failure
    if not taken and "already" not in answer.message.lower() and not _is_gone(walk, server):
        raise StepFailed(f"whmcs/request_cancellation was refused: {answer.message}")
    walk.order.may_exist = False


def _is_gone(walk: Walk, server: int) -> bool:
    """Tell whether the server has gone: the answer to an earlier cancellation may have been lost."""
    shown = walk.send("cancel.show", "eq", "show", id=server)
    return shown.is_failure and not shown.refuses_the_token and str(server) not in servers_of(walk.probe)


def _cancellation(server: int) -> dict[str, Value]:
    return {"id": server, "cancellation_reason": REASON, "cancellation_type": 1}


def _placed(walk: Walk, step: str, **other: Value) -> Answer:
    """Send an order. What it may have made is noted before, because its answer may be lost."""
    offer, before = walk.offered, (walk.order.may_exist, walk.order.is_unsure)
    fields: dict[str, Value] = {
        "preset": offer.preset, "location_name": offer.location, "os_id": offer.os, "traffic_plan": offer.plan,
        "hostname": walk.own, "root_pass": new_password(), "deploy_period": "monthly",
    }  # fmt: skip
    walk.order.may_exist = walk.order.is_unsure = True
    try:
        answer = walk.send(step, "eq", "order_instance", **(fields | other))
    except (Interrupted, Unreachable) as trouble:
        if isinstance(trouble, Interrupted) or not trouble.sent:
            walk.order.may_exist, walk.order.is_unsure = before
        raise
    walk.order.is_unsure = not answer.is_failure
    if walk.order.is_unsure:
        walk.order.invoice = whole_in(answer.field("invoice"))
    if walk.order.is_unsure and answer.key is not None:
        walk.pending[answer.key] = "order_instance"
    return answer
