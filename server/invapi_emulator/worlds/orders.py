"""Orders in world files and exports."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from invapi_emulator.domain.billing import HOSTING
from invapi_emulator.domain.callback_urls import without_user
from invapi_emulator.domain.catalogue import preset_named
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.instants import LATEST, SECOND, Instant, iso, iso_or_none
from invapi_emulator.domain.money import money
from invapi_emulator.domain.orders import WITH_SERVER, Order, first_due, in_time
from invapi_emulator.storage.orders import ORDER
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.worlds.billing_schema import BillingSpec, InvoiceSpec, OrderSpec
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.steps import Steps, each


def build_orders(spec: BillingSpec, building: BuildContext, rows: WorldRows) -> Steps[None]:
    """Add the rows of orders. Raise Unprocessable for one that contradicts the VMs, the invoices or the catalogue."""
    invoices = {invoice.id: invoice for invoice in spec.invoices}
    taken = set[int]()

    def build(number: int) -> None:
        described, place = spec.orders[number], f"orders.{number}."
        building.orders.of("order", described.id, f"{place}id")
        _check_invoice(described, invoices.get(described.invoice), place)
        _check_server(described, building, taken, place)
        order = _order(described, building, place)
        rows.add(ORDER, (order.id,), order)

    yield from each(range(len(spec.orders)), build)
    for vm_id, server in building.servers.items():
        if server.phase != "rented" and vm_id not in taken:
            raise error_at(f"{server.place}phase", server.phase, f"an order of server {vm_id} is needed")


def _check_invoice(spec: OrderSpec, invoice: InvoiceSpec | None, place: str) -> None:
    if invoice is None:
        raise error_at(f"{place}invoice", spec.invoice, "expected the id of one of the world's invoices")
    if spec.status == "awaiting_payment" and not any(
        item.type == HOSTING and item.product == spec.id for item in invoice.items
    ):
        accepted = f"an invoice with a line of type {HOSTING} whose product is {spec.id}: its payment begins the deploy"
        raise error_at(f"{place}invoice", spec.invoice, accepted)
    if (invoice.status == "Unpaid") != (spec.status == "awaiting_payment") and spec.status != "cancelled":
        accepted = "an order awaits payment exactly while its invoice is Unpaid"
        raise error_at(f"{place}status", spec.status, accepted)


def _check_server(spec: OrderSpec, building: BuildContext, taken: set[int], place: str) -> None:
    """Refuse an order whose server is not as its status says, or is another order's."""
    where, server = f"{place}server", building.servers.get(spec.server or 0)
    if spec.status not in WITH_SERVER:
        if spec.server is not None and spec.status != "cancelled":
            raise error_at(where, spec.server, f"only null, as the order is {spec.status}")
        return
    if server is None:
        raise error_at(where, spec.server, f"expected the id of a VM: the order is {spec.status}")
    if (server.phase == "deploying") != (spec.status == "deploying"):
        raise error_at(f"{place}status", spec.status, f"the phase of its server is {server.phase}")
    assert spec.server is not None
    if spec.server in taken:
        raise error_at(where, spec.server, "another order of this world has this server")
    taken.add(spec.server)


_ALL_BUT_PLAIN = {
    "created_at",
    "age_seconds",
    "rent_since",
    "rent_due_at",
    "due_in_seconds",
    "key",
    "callback",
}
"""The fields of a description that an order does not have as they are."""


def _order(spec: OrderSpec, building: BuildContext, place: str) -> Order:
    now, server = building.now, building.servers.get(spec.server or 0)
    preset = preset_named(catalogue_of(building.account), spec.preset)
    if spec.status == "awaiting_payment" and preset is None:
        raise error_at(f"{place}preset", spec.preset, "expected the name of a preset in the catalogue")
    made_at = building.made_at(spec.created_at, spec.age_seconds)
    since = spec.rent_since
    if spec.status == "active" and server is not None and since is None:
        since = server.created_at
    for field, at in (("created_at", made_at), ("rent_since", since)):
        if at is not None and at > now:
            raise too_late(f"{place}{field}", at, now)
    return Order(
        **spec.model_dump(exclude=_ALL_BUT_PLAIN),
        made_at=made_at,
        rent_since=since,
        rent_due_at=_rent_due_at(spec, since, now, place),
        key=(server.deploy_key if server else None) or building.keys.former(spec.key),
        callback_url=spec.callback,
    )


def _rent_due_at(spec: OrderSpec, since: Instant | None, now: Instant, place: str) -> Instant | None:
    """Return when the rent of an active order falls due next: as described, else after the period that runs now.

    One that is due at the latest time of a clock never is.
    """
    if spec.status != "active" or since is None:
        return None
    for field, at in (("rent_due_at", spec.rent_due_at), ("suspends_at", spec.suspends_at)):
        if at is not None and at <= now and at < LATEST:
            raise error_at(
                f"{place}{field}", iso(at), f"must be after the account's present time, {iso(now)}"
            )
    if spec.rent_due_at is not None:
        return in_time(spec.rent_due_at)
    if spec.due_in_seconds is not None:
        return in_time(now + spec.due_in_seconds * SECOND)
    return first_due(since, spec.period, now)


def written_orders(orders: Iterator[Order]) -> dict[str, Any]:
    """Return the section of an export for orders. It is left out if there are none."""
    first = next(orders, None)
    return {} if first is None else {"orders": map(_written, chain((first,), orders))}


def _written_callback(order: Order) -> dict[str, str]:
    """Return the URL of a callback that is still to come, without the user and password that it may have."""
    if order.callback_url is None or order.status not in {"awaiting_payment", "deploying"}:
        return {}
    return {"callback": without_user(order.callback_url)}


def _written(order: Order) -> dict[str, Any]:
    plain = ("id", "invoice", "server", "status", "preset", "location", "os", "software", "traffic_plan")
    times = {
        "rent_since": order.rent_since,
        "rent_due_at": LATEST if order.never_falls_due else order.rent_due_at,
        "suspends_at": order.suspends_at,
    }
    return (
        {name: getattr(order, name) for name in (*plain, "hostname", "period")}
        | {"price": money(order.price), "created_at": iso(order.made_at)}
        | {name: iso_or_none(at) for name, at in times.items() if at is not None}
        | ({} if order.key is None or order.status == "deploying" else {"key": order.key})
        | _written_callback(order)
    )
