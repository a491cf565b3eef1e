"""What the kit may order: the cheapest virtual server, its exact price, and what the account has before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from invapi_conformance.answers import Answer
from invapi_conformance.facts import CouldNotRun
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell

_PAGE, _PAGES = 100, 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A server that can be ordered for a month. `price` is exact, in `currency`, with system and traffic plan.

    `invoices` and `servers` are the ids that the account has before the order.
    """

    preset: str
    location: str
    os: int
    plan: int
    price: Decimal
    currency: str
    invoices: frozenset[str]
    servers: frozenset[str]

    def in_words(self) -> str:
        return f"{self.preset} at {self.location} for a month, {self.cost}"

    @property
    def cost(self) -> str:
        return f"{in_words(self.price)} {self.currency}"


def in_words(amount: Decimal) -> str:
    """Return an amount with two decimal places, or with more if it has more."""
    return f"{amount:.2f}" if amount == round(amount, 2) else str(amount)


def offer_of(probe: Probe, most: Decimal) -> Offer:
    """Return the cheapest offer. Raises CouldNotRun if it costs more than `most`, or if the credit does not pay it."""
    try:
        client = probe.read("whmcs", "get_client")
        currency, credit = client.field("client", "currency_code"), _amount(client.field("client", "credit"))
        if not isinstance(currency, str) or not currency or credit is None:
            raise CouldNotRun("--allow-orders: get_client does not tell credit and currency")
        offers = sorted(_readable(probe, currency), key=lambda offer: offer[0])
        if not offers:
            raise CouldNotRun("--allow-orders: presets/info has no virtual server with a known price")
        price, preset, location, os, plan = offers[0]
        _require_affordable(price, most, credit, currency)
        return Offer(preset, location, os, plan, price, currency, invoices_of(probe), servers_of(probe))
    except CannotTell as why:
        raise CouldNotRun(f"--allow-orders: {why}") from None


def _require_affordable(price: Decimal, most: Decimal, credit: Decimal, currency: str) -> None:
    if price > most:
        raise CouldNotRun(
            f"--allow-orders: the cheapest server costs {in_words(price)} {currency}, and --max-cost allows {most}"
        )
    if price > credit:
        raise CouldNotRun(
            f"--allow-orders: the cheapest server costs {in_words(price)} {currency}, and the credit is {credit}: "
            "an unpaid invoice could not be undone"
        )


def _readable(probe: Probe, currency: str) -> list[tuple[Decimal, str, str, int, int]]:
    try:
        return list(_offers(probe, currency))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise CannotTell(f"presets/info cannot be read: {problem}") from None


def _offers(probe: Probe, currency: str) -> Iterator[tuple[Decimal, str, str, int, int]]:
    """Return price, preset, location, system and plan of all offers whose whole price is known."""
    answer = probe.read("presets", "info", currencies=currency)
    for preset in _exact(answer).get("presets") or ():
        if preset.get("virtual") != 1 or preset.get("active") != 1:
            continue
        for location, prices in preset["price"].items():
            parts = [
                _cheapest(preset["OS"], currency),
                _cheapest(preset["traffic_plans"].get(location) or [], currency),
            ]
            own = _price(prices, currency)
            if own and None not in parts:
                (os_price, os), (plan_price, plan) = (part for part in parts if part is not None)
                yield own + os_price + plan_price, preset["name"], location, os, plan


def _cheapest(additions: list[dict[str, Any]], currency: str) -> tuple[Decimal, int] | None:
    priced = [(_price(each["price"], currency), each["id"]) for each in additions]
    return min(((price, id_) for price, id_ in priced if price is not None), default=None)


def _price(prices: dict[str, Any], currency: str) -> Decimal | None:
    """Return the price in a currency, None if there is none. One below 0 means that it stands elsewhere."""
    price = prices.get(currency)
    if isinstance(price, bool) or not isinstance(price, int | Decimal) or price < 0:
        return None
    return Decimal(price)


def _exact(answer: Answer) -> dict[str, Any]:
    """Return the body with its numbers as exact decimals."""
    found: dict[str, Any] = json.loads(answer.text, parse_float=Decimal)
    return found


def _amount(value: object) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def invoices_of(probe: Probe) -> frozenset[str]:
    """Return the numbers of all invoices. Raises CannotTell if they cannot be read."""
    found: set[str] = set()
    for page in range(_PAGES):
        answer = probe.call("whmcs", "get_invoices", limitstart=page * _PAGE, limitnum=_PAGE)
        rows = answer.field("invoices", "invoice")
        if answer.is_failure or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise CannotTell(f"whmcs/get_invoices cannot be read: {answer.message}")
        ids = {str(row.get("id")) for row in rows}
        if ids <= found:
            return frozenset(found)
        found |= ids
    raise CannotTell(f"the account has more than {_PAGE * _PAGES} invoices")


def servers_of(probe: Probe) -> frozenset[str]:
    """Return the ids of all servers in the list. Raises CannotTell if it cannot be read."""
    answer = probe.call("eq", "list")
    rows = answer.field("servers")
    if answer.is_failure or not isinstance(rows, list):
        raise CannotTell(f"eq/list cannot be read: {answer.message}")
    return frozenset(map(str, rows))
