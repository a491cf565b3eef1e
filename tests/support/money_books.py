"""What must hold for an account's money and orders after any call, and must never change back."""

from collections.abc import Callable
from typing import TypeAlias

from tests.support.harness import Json

Read: TypeAlias = Callable[[str], Json]
"""Returns what the control API shows of the account at a path."""

GONE = ("failed", "cancelled")
"""The statuses of orders whose server is gone."""


def cents(written: str) -> int:
    """Return an amount such as `-4.05` in hundredths."""
    whole, _, rest = written.lstrip("-").partition(".")
    amount = int(whole) * 100 + int(rest)
    return -amount if written.startswith("-") else amount


class Books:
    """The invoices and orders of one account, as they were seen last.

    `given` is what the world says was paid of each of its own invoices, in hundredths; `ids` holds what each id
    was given to.
    """

    def __init__(self, read: Read) -> None:
        self.invoices: dict[int, Json] = {}
        self.orders: dict[int, Json] = {}
        self.ids: dict[tuple[str, int], object] = {}
        self.servers: dict[int, Json] = {}
        self.given = {each["id"]: _unseen(each) for each in read("/invoices")["invoices"]}
        self.look(read)

    def look(self, read: Read) -> None:
        """Read all that there is, and assert that it is consistent with itself and with what was seen before."""
        ledger = read("/ledger")
        self.credit = cents(ledger["credit"])
        spent = sum(cents(entry["amount"]) for entry in ledger["entries"])
        assert self.credit == cents(ledger["opening"]) + spent, ledger
        for invoice in read("/invoices")["invoices"]:
            self._look_at_invoice(invoice)
        self.servers = {vm["id"]: vm for vm in read("/vms")["vms"]}
        self._look_at_orders(read("/orders")["orders"])

    def unpaid(self) -> list[int]:
        return [number for number, each in self.invoices.items() if each["status"] == "Unpaid"]

    def of_orders(self) -> list[int]:
        """Return the servers of orders that have one."""
        return [each["server"] for each in self.orders.values() if each["status"] in {"deploying", "active"}]

    def keys(self) -> list[str]:
        """Return the keys of deploys under way."""
        return [each["key"] for each in self.orders.values() if each["status"] == "deploying"]

    def _look_at_invoice(self, now: Json) -> None:
        total, paid, before = cents(now["total"]), cents(now["paid"]), self.invoices.get(now["id"])
        assert _unseen(now) == self.given.get(now["id"], 0), now
        assert (now["status"] == "Paid") == (paid == total), now
        assert cents(now["balance"]) == (total - paid if now["status"] == "Unpaid" else 0), now
        if before is not None:
            assert before["status"] in {"Unpaid", now["status"]}, (before, now)
            assert now["payments"][: len(before["payments"])] == before["payments"], (before, now)
        self._given_to("invoice", now["id"], (now["created_at"], now["total"]))
        self.invoices[now["id"]] = now

    def _look_at_orders(self, found: list[Json]) -> None:
        assert self.orders.keys() <= {each["id"] for each in found}, "an order is lost"
        with_server = [each["server"] for each in found if each["server"] is not None]
        assert len(with_server) == len(set(with_server)), "two orders have one server"
        for order in found:
            self._given_to("order", order["id"], order["invoice"])
            if order["server"] is not None:
                self._given_to("server", order["server"], order["id"])
            self._look_at_order(order)
            self.orders[order["id"]] = order

    def _look_at_order(self, now: Json) -> None:
        status, invoice = now["status"], self.invoices[now["invoice"]]
        assert (status in {"awaiting_payment", "failed"}) == (now["server"] is None), now
        assert (status == "awaiting_payment") == (invoice["status"] == "Unpaid"), (now, invoice)
        assert (now["rent_due_at"] is not None) == (status == "active"), now
        if status in GONE:
            assert now["server"] not in self.servers, now
        elif status != "awaiting_payment":
            assert now["server"] in self.servers, now

    def _given_to(self, kind: str, number: int, what: object) -> None:
        """Assert that an id is still that of the thing which it was given to."""
        assert self.ids.setdefault((kind, number), what) == what, (kind, number, what)


def _unseen(invoice: Json) -> int:
    """Return what is paid of an invoice beyond the payments that the emulator has seen."""
    return cents(invoice["paid"]) - sum(cents(payment["amount"]) for payment in invoice["payments"])
