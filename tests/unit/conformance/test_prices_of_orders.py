"""Orders of the kit need a permission, and cost at most what is allowed."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invapi_conformance.cli import main
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import EVERYTHING, ORDERS, ran
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server
from tests.unit.conformance.test_command_of_the_kit import ended


def test_the_plan_tells_what_is_ordered_and_its_price(account: Account) -> None:
    found = ran(account, replace(ORDERS, most=Decimal("9.90")), plan_only=True)
    assert "eq/order_instance" in found.out
    assert "order vm.pico at NL for a month, 4.00 EUR, with the hostname conformance-" in found.out
    assert "it costs 4.00 EUR, of at most 9.90 EUR" in found.out
    assert account.requests(action="order_instance") == []


@pytest.mark.parametrize("most", ["0", "3.99"])
def test_nothing_is_ordered_that_costs_more_than_is_allowed(account: Account, most: str) -> None:
    found = ran(account, replace(EVERYTHING, orders=True, most=Decimal(most)))
    assert (found.status, found.out) == (2, "")
    assert found.err == f"--allow-orders: the cheapest server costs 4.00 EUR, and --max-cost allows {most}"
    assert account.requests(action="order_instance") == []
    assert account.requests(action="off") == []


def priced(preset: Any, system: Any, plan: Any) -> Callable[[Asked, Given], None]:
    """Return a change that leaves one preset, at one location, with these prices."""

    def change(asked: Asked, given: Given) -> None:
        if (asked.module, asked.action) == ("presets", "info"):
            row = given.body["presets"][0]
            row["price"] = {"NL": {"EUR": preset}}
            row["OS"] = [{"id": 187, "name": "a", "price": {"EUR": system}}]
            row["traffic_plans"] = {"NL": [{"id": 25, "name": "a", "price": {"EUR": plan}}]}
            given.body["presets"] = [row]

    return change


def test_prices_are_added_exactly(account: Account) -> None:
    with mutated_server(account.url, priced(0.1, 0.2, 0)) as target:
        at_most = replace(ORDERS, most=Decimal("0.30"))
        assert "0.30 EUR, of at most 0.30 EUR" in ran(account, at_most, target=target, plan_only=True).out
        less = ran(account, replace(ORDERS, most=Decimal("0.29")), target=target, plan_only=True)
    assert (less.status, less.out) == (2, "")


@pytest.mark.parametrize(
    "prices", [(-1, 0, 0), (4.0, "free", 0), (4.0, 0, None), (0, 0, 0), (float("nan"), 0, 0)]
)
def test_a_server_of_unknown_price_is_not_ordered(account: Account, prices: tuple[Any, ...]) -> None:
    with mutated_server(account.url, priced(*prices)) as target:
        found = ran(account, replace(ORDERS, most=Decimal(1000)), target=target)
    assert (found.status, found.out) == (2, "")
    assert found.err == "--allow-orders: presets/info has no virtual server with a known price"
    assert account.requests(action="order_instance") == []


@pytest.mark.parametrize(
    ("told", "why"),
    [("3.99", "the credit is 3.99: an unpaid invoice could not be undone"), ("much", "does not tell credit")],
)
def test_nothing_is_ordered_that_the_credit_does_not_pay(account: Account, told: str, why: str) -> None:
    def change(asked: Asked, given: Given) -> None:
        if asked.action == "get_client":
            given.body["client"]["credit"] = told

    with mutated_server(account.url, change) as target:
        found = ran(account, ORDERS, target=target)
    assert (found.status, found.out) == (2, "")
    assert why in found.err
    assert account.requests(action="order_instance") == []


WORDS = ("--target", "http://127.0.0.1:1", "--token", "T", "--vm", "12345", "--allow-orders")


@pytest.mark.parametrize("amount", ["-1", "4.005", "1e400", "NaN", "inf", "", "4,00"])
def test_an_amount_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str], amount: str) -> None:
    status, out, err = ended(capsys, main, "invapi-conformance", *WORDS, "--max-cost", amount)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "an amount such as 4.00" in err


def test_orders_without_an_amount_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = ended(capsys, main, "invapi-conformance", *WORDS)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "--allow-orders needs --max-cost" in err


@pytest.mark.parametrize(
    "presets", [None, ["x"], [{"virtual": 1, "active": 1}], [{"virtual": 1, "active": 1, "price": 4}]]
)
def test_a_catalogue_that_cannot_be_read_orders_nothing(account: Account, presets: Any) -> None:
    def odd(asked: Asked, given: Given) -> None:
        if (asked.module, asked.action) == ("presets", "info"):
            given.body["presets"] = presets

    with mutated_server(account.url, odd) as target:
        found = ran(account, ORDERS, target=target)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("--allow-orders: presets/info ")
    assert account.requests(action="order_instance") == []
