"""After a restart: finds the outcome of each customer's call without an answer, and checks all the others."""

from collections import defaultdict
from collections.abc import Sequence

from tests.acceptance.kills.customer import Bought, Customer, Deed, Payments
from tests.acceptance.kills.settling import DID_NOT, HAPPENED, NO_DIFFERENCE
from tests.support.harness import Json
from tests.support.money_books import Books, Read, cents

MONTHS = {"monthly": 1, "quarterly": 3}


class Accounting:
    """The books of one account over all lives of its servers, and what its customers know."""

    def __init__(self, customers: Sequence[Customer], read: Read) -> None:
        self.customers = customers
        self.books = Books(read)
        self.by_host: dict[str, Json] = {}

    def settle(self, read: Read) -> list[tuple[str, str]]:
        """Hold the account against all that was acknowledged. Return the uncertain calls with their outcomes."""
        self.books.look(read)
        self.by_host = {order["hostname"]: order for order in self.books.orders.values()}
        assert len(self.by_host) == len(self.books.orders), "an order is doubled"
        held = sorted(self.books.of_orders())
        assert held == sorted(self.books.servers), (
            "servers lost or doubled",
            held,
            self.books.servers.keys(),
        )
        told = [self._settle(customer) for customer in self.customers]
        known = {name for customer in self.customers for name in customer.bought}
        assert known == self.by_host.keys(), ("orders lost or doubled", known ^ self.by_host.keys())
        funds = [number for number, each in self.books.invoices.items() if _funds(each) is not None]
        asked = [number for customer in self.customers for number in customer.funds.values()]
        assert sorted(funds) == sorted(asked), ("invoices lost or doubled", funds, asked)
        self._check_renewals()
        return [each for each in told if each is not None]

    def _settle(self, customer: Customer) -> tuple[str, str] | None:
        deed, customer.uncertain = customer.uncertain, None
        outcome = None if deed is None else self._adopt(customer, deed)
        for hostname, bought in customer.bought.items():
            order = self.by_host[hostname]
            assert order["invoice"] == bought.invoice, (order, bought)
            assert bought.server in {None, order["server"]}, (order, bought)
            bought.server = order["server"]
            self._check_cancellation(order, bought)
        mine = self._invoices_of(customer)
        for number, invoice in mine.items():
            _check_payments(customer, number, invoice)
        customer.unpaid = {
            number: cents(invoice["balance"])
            for number, invoice in mine.items()
            if invoice["status"] == "Unpaid"
        }
        return None if deed is None or outcome is None else (deed.kind, outcome)

    def _adopt(self, customer: Customer, deed: Deed) -> str:
        """Return the outcome of a call without an answer. It must have happened whole, or not at all."""
        adopt = {
            "order": self._adopt_order,
            "create_addfunds": self._adopt_funds,
            "apply_credit": self._adopt_payment,
            "pay": self._adopt_payment,
            "cancel": self._adopt_cancellation,
        }.get(deed.kind)
        if adopt is None:
            return NO_DIFFERENCE
        return HAPPENED if adopt(customer, deed) else DID_NOT

    def _adopt_order(self, customer: Customer, deed: Deed) -> bool:
        order = self.by_host.get(str(deed.about))
        if order is not None:
            customer.bought[str(deed.about)] = Bought(order["invoice"])
        return order is not None

    def _adopt_funds(self, customer: Customer, deed: Deed) -> bool:
        made = [number for number, each in self.books.invoices.items() if _funds(each) == deed.amount]
        customer.funds.update((deed.amount, number) for number in made)
        return bool(made)

    def _adopt_cancellation(self, customer: Customer, deed: Deed) -> bool:
        cancelled = self._is_cancelled(self.by_host[str(deed.about)])
        if cancelled:
            customer.bought[str(deed.about)].cancelled = deed.amount
        return cancelled

    def _adopt_payment(self, customer: Customer, deed: Deed) -> bool:
        number = int(deed.about)
        known = customer.paid.get(number, [])
        if _payments(self.books.invoices[number]) == known:
            return False
        customer.paid[number] = [*known, (deed.source, deed.amount)]
        return True

    def _invoices_of(self, customer: Customer) -> dict[int, Json]:
        services = {
            order["id"] for order in self.books.orders.values() if order["hostname"] in customer.bought
        }
        return {
            number: each
            for number, each in self.books.invoices.items()
            if number in customer.funds.values() or each["items"][0]["product"] in services
        }

    def _is_cancelled(self, order: Json) -> bool:
        server = self.books.servers.get(order["server"])
        return server is None or server["ends_at"] is not None

    def _check_cancellation(self, order: Json, bought: Bought) -> None:
        assert order["status"] != "failed", order
        if bought.cancelled == 1:
            assert order["status"] == "cancelled", ("a server came back", order)
        elif bought.cancelled == 0:
            assert self._is_cancelled(order), ("a cancellation is lost", order)
        else:
            assert order["status"] != "cancelled", ("a server is lost", order)

    def _check_renewals(self) -> None:
        """Assert that each period of an active server has one invoice."""
        made_for: defaultdict[int, list[str]] = defaultdict(list)
        for each in self.books.invoices.values():
            made_for[each["items"][0]["product"]].append(each["created_at"])
        for order in self.books.orders.values():
            made = made_for[order["id"]]
            assert len(made) == len(set(made)), ("a renewal is doubled", order, made)
            if order["status"] == "active":
                periods = _months(order["rent_since"], order["rent_due_at"]) // MONTHS[order["period"]]
                assert len(made) == periods, ("renewals lost or doubled", order, made)


def _check_payments(customer: Customer, number: int, invoice: Json) -> None:
    """Compare an invoice's payments with the acknowledged ones. One that the emulator made may have paid itself."""
    found, total = _payments(invoice), cents(invoice["total"])
    if number not in customer.paid:
        assert found in ([], [("credit", total)]), invoice
        if found:
            customer.paid[number] = found
    assert found == customer.paid.get(number, []), (invoice, customer.paid[number])


def _payments(invoice: Json) -> Payments:
    return [(each["source"], cents(each["amount"])) for each in invoice["payments"]]


def _funds(invoice: Json) -> int | None:
    line = invoice["items"][0]
    return cents(line["amount"]) if line["type"] == "AddFunds" else None


def _months(since: str, until: str) -> int:
    year, month = (int(part) for part in since.split("-")[:2])
    end_year, end_month = (int(part) for part in until.split("-")[:2])
    return (end_year - year) * 12 + end_month - month
