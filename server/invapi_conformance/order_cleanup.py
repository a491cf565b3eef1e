"""Finds the server that the kit ordered, whatever became of the answers, and cancels it."""

from invapi_conformance.answers import whole_in
from invapi_conformance.order_offer import invoices_of, servers_of
from invapi_conformance.order_steps import cancel_server, key_of
from invapi_conformance.walk import GaveUp, StepFailed, Walk

MOST_LOOKED_AT = 20
"""Maximum number of new servers that are looked at."""


def cancel_ordered(walk: Walk) -> None:
    """Cancel the server of the order, if there is one. Raises GaveUp if that cannot be told."""
    if not walk.order.may_exist:
        return
    server = _found(walk)
    if server is not None:
        cancel_server(walk, server)
    walk.order.may_exist = False


def _found(walk: Walk) -> int | None:
    """Look for the server. Unless no order was made, keep looking for as long as a deploy may take."""
    order, probe = walk.order, walk.probe
    deadline = probe.now() + probe.patience.task_seconds
    while True:
        made = invoices_of(probe) - walk.offered.invoices
        _follow_own_deploy(walk, made)
        server = order.server or _of_invoice(walk) or _of_name(walk)
        if server is not None:
            return server
        if order.has_failed:
            raise GaveUp(f"the deploy of invoice {order.invoice} failed, and the invoice is paid")
        if not order.is_unsure and not made:
            return None
        if probe.now() >= deadline:
            raise GaveUp(
                f"it may have been ordered: new invoices are {sorted(made)}, and no server was listed"
            )
        probe.stop.pause(probe.patience.poll_seconds)


def _follow_own_deploy(walk: Walk, made: frozenset[str]) -> None:
    """Find the order's own invoice among the new ones, and wait for its deploy. Another's key is not checked."""
    order = walk.order
    for number in sorted(made) if order.invoice is None else ():
        shown = walk.send("cleanup.invoice", "whmcs", "get_invoice", invoice_id=number)
        if walk.own in shown.text and number.isdigit():
            order.invoice = int(number)
    if order.invoice is None or order.server is not None or order.has_failed:
        return
    key = key_of(walk.send("cleanup.keys", "eq", "update_servers").field("deploy_keys"), order.invoice)
    if key is not None:
        walk.pending[key] = "order_instance"
        walk.ended(key)


def _of_invoice(walk: Walk) -> int | None:
    """Return the server that the order's own invoice names."""
    if walk.order.invoice is None:
        return None
    answer = walk.send("cleanup.invoice", "whmcs", "get_invoice", invoice_id=walk.order.invoice)
    items = answer.field("items", "item")
    for item in items if isinstance(items, list) else ():
        server = whole_in(item.get("inv_id")) if isinstance(item, dict) else None
        if server is not None:
            return server
    return None


def _of_name(walk: Walk) -> int | None:
    """Return the new server with the kit's own hostname. Another's is never cancelled."""
    new = sorted(servers_of(walk.probe) - walk.offered.servers)
    for number in new[:MOST_LOOKED_AT]:
        shown = walk.send("cleanup.show", "eq", "show", id=number)
        if shown.field("server_data", "hostname") == walk.own and number.isdigit():
            return int(number)
    if len(new) > MOST_LOOKED_AT:
        raise StepFailed(f"there are {len(new)} new servers")
    return None
