"""Counts of invoices and numbers of open orders: right within a unit that changes them, after it, and read anew."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from invapi_emulator.domain.billing import Invoice, InvoiceItem
from invapi_emulator.domain.orders import Order, OrderStatus
from invapi_emulator.storage import billing, billing_lists, orders
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, seed=7, clock="frozen") as database:
        yield database


def invoice(number: int) -> Invoice:
    return Invoice(number, "Unpaid", 0, 0, (InvoiceItem("Hosting", 1, "x", 400),))


def order(number: int, status: OrderStatus) -> Order:
    return Order(number, 7001, None, status, "vm.pico", "NL", "", "", "", None, "monthly", 400, 0)


def counts(unit: UnitOfWork) -> tuple[int, int, int, int]:
    """Return how many invoices there are, and how many are Paid, Unpaid and Cancelled."""
    return (
        billing_lists.count(unit),
        billing_lists.count(unit, "Paid"),
        billing_lists.count(unit, "Unpaid"),
        billing_lists.count(unit, "Cancelled"),
    )


def test_invoices_are_counted_with_the_units_own_changes(database: Database) -> None:
    def work(unit: UnitOfWork) -> None:
        assert counts(unit) == (2, 1, 1, 0)
        billing.add_invoice(unit, invoice(1))
        billing.add_invoice(unit, invoice(2))
        assert counts(unit) == (4, 1, 3, 0)
        billing.save_invoice(unit, replace(invoice(1), status="Cancelled"))
        billing.save_invoice(unit, replace(billing.load_invoice(unit, 7002), status="Paid", paid=900))
        assert counts(unit) == (4, 2, 1, 1)

    database.run_now(DEMO, work)
    assert database.run_now(DEMO, counts) == (4, 2, 1, 1)
    database.states.drop(DEMO)
    assert database.run_now(DEMO, counts) == (4, 2, 1, 1)


def test_open_orders_are_listed_with_the_units_own_changes(database: Database) -> None:
    def open_ones(unit: UnitOfWork) -> list[int]:
        return orders.open_numbers(unit)

    def add(unit: UnitOfWork) -> None:
        for number in (3, 1, 2):
            orders.add(unit, order(number, "awaiting_payment"))
        assert open_ones(unit) == [1, 2, 3]

    def change(unit: UnitOfWork) -> None:
        orders.save(unit, order(2, "cancelled"))
        orders.save(unit, order(3, "failed"))
        assert open_ones(unit) == [1, 3]
        assert [each.status for each in orders.without_server(unit)] == ["awaiting_payment", "failed"]

    database.run_now(DEMO, add)
    database.run_now(DEMO, change)
    assert database.run_now(DEMO, open_ones) == [1, 3]
    database.states.drop(DEMO)
    assert database.run_now(DEMO, open_ones) == [1, 3]
