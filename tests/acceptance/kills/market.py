"""Customers of several accounts, who order and pay until interrupted; then the books are held against what they know."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.acceptance.kills.accounting import Accounting
from tests.acceptance.kills.customer import Customer
from tests.support.harness import Json
from tests.support.money_books import Read
from tests.support.processes import DEADLINE
from tests.support.wire import Wire

RATES = {"shop": 600, "panel": 3_000}
"""For each account the rate of its clock: a deploy takes about a second, or a quarter of one."""

CREDIT = "1000.00"


class Market:
    """Works, settles calls without an answer after an interruption, works on; and counts."""

    def __init__(self, seed: int, customers_of_each: int) -> None:
        self.chance = random.Random(seed)
        self.customers: list[Customer] = []
        self._customers_of_each = customers_of_each
        self._accounts: dict[str, Accounting] = {}
        self._outcomes: Counter[tuple[str, str]] = Counter()

    def make_worlds(self, url: str) -> None:
        with Wire(url) as wire:
            for name, rate in RATES.items():
                wanted = {"name": name, "scenario": "empty", "clock": {"mode": "real", "rate": rate}}
                account = wire.control("POST", "/accounts", wanted).json()
                assert wire.control("PATCH", f"/accounts/{name}", {"credit": CREDIT}).status == 200
                mine = [
                    Customer(account, number, self.chance.getrandbits(32))
                    for number in range(self._customers_of_each)
                ]
                self.customers += mine
                self._accounts[name] = Accounting(mine, _reader(wire, name))

    @contextmanager
    def working(self, url: str) -> Iterator[None]:
        """Let all customers work during the block. Then each has its last answer, or a call without one."""
        with ThreadPoolExecutor(len(self.customers)) as pool:
            working = [pool.submit(customer.work, url) for customer in self.customers]
            yield
            for customer in self.customers:
                customer.resting = True
            for work in working:
                work.result(DEADLINE)

    def settle(self, url: str) -> None:
        """Find the outcome of calls without an answer, and hold all accounts against what is known of them.

        What falls due while an account is read could differ between two answers, so its clock stands still.
        """
        with Wire(url) as wire:
            for name, accounting in self._accounts.items():
                path = f"/accounts/{name}/clock"
                assert wire.control("PUT", path, {"mode": "frozen"}).status == 200
                self._outcomes.update(accounting.settle(_reader(wire, name)))
                going = {"mode": "real", "rate": RATES[name]}
                assert wire.control("PUT", path, going).status == 200

    def finish(self, url: str) -> None:
        """Let all deploys end, and hold the accounts against what is known once more."""
        with Wire(url) as wire:
            for name in RATES:
                advanced = wire.control("POST", f"/accounts/{name}/clock/advance", {"until": "idle"})
                assert advanced.status == 200, advanced
        self.settle(url)

    def acknowledged(self) -> Counter[str]:
        return sum((customer.acknowledged for customer in self.customers), Counter[str]())

    def report(self) -> str:
        calls, books = self.acknowledged(), [each.books for each in self._accounts.values()]
        orders = Counter(order["status"] for each in books for order in each.orders.values())
        invoices = [invoice for each in books for invoice in each.invoices.values()]
        paid = Counter(invoice["status"] for invoice in invoices)
        payments = sum(len(invoice["payments"]) for invoice in invoices)
        return "\n".join((
            f"{calls.total()} calls acknowledged: {dict(calls.most_common())}",
            f"{orders.total()} orders {dict(orders)}, {len(invoices)} invoices {dict(paid)}, {payments} payments",
            f"{self._outcomes.total()} calls without an answer:",
            *(f"  {kind} {outcome}: {n}" for (kind, outcome), n in sorted(self._outcomes.items())),
        ))  # fmt: skip


def _reader(wire: Wire, name: str) -> Read:
    def read(path: str) -> Json:
        answer = wire.control("GET", f"/accounts/{name}{path}")
        assert answer.status == 200, answer
        found: Json = answer.json()
        return found

    return read
