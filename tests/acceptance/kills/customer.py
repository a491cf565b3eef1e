"""A customer who orders, pays and cancels servers as fast as it can, and remembers what was acknowledged."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.kills.busy_client import UNTOLD, NotTold
from tests.support.harness import Json
from tests.support.money_books import cents
from tests.support.orders import DAY
from tests.support.wire import Answer, Wire

MOST_SERVERS = 8
"""A customer with as many orders cancels one before it orders again."""

MOST_CUSTOMERS = 16
"""Maximum number of customers of an account. Each asks for sums of its own."""

WANTED = (
    {"preset": "vm.pico", "location_name": "NL", "os_id": 187},
    {"preset": "vm.v2-mini", "location_name": "DE", "os_id": 237, "deploy_period": "quarterly"},
)

Payments = list[tuple[str, int]]
"""The payments of an invoice: from where, and hundredths."""


@dataclass(frozen=True)
class Deed:
    """A call that was sent: what it is about, an amount in hundredths, and where that comes from."""

    kind: str
    about: int | str = ""
    amount: int = 0
    source: str = ""


@dataclass
class Bought:
    """An order that was acknowledged, by its hostname. `cancelled` is the type of an acknowledged cancellation."""

    invoice: int
    server: int | None = None
    cancelled: int | None = None


@dataclass
class Customer:
    """One customer. `uncertain` is the call without an answer; `name` is in the hostname of each server of it.

    `paid` has the acknowledged payments of each invoice, `funds` the invoices that add a sum, by that sum, which no
    other of the customer's invoices has.
    """

    account: Json
    number: int
    seed: int
    bought: dict[str, Bought] = field(default_factory=dict)
    paid: dict[int, Payments] = field(default_factory=dict)
    funds: dict[int, int] = field(default_factory=dict)
    unpaid: dict[int, int] = field(default_factory=dict)
    uncertain: Deed | None = None
    acknowledged: Counter[str] = field(default_factory=Counter)
    resting: bool = False
    asked: int = 0
    wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    @property
    def name(self) -> str:
        return f"c{self.number}-"

    def work(self, url: str) -> None:
        """Make calls until one gets no answer, or until asked to rest."""
        self.resting = False
        try:
            with Wire(url) as self.wire:
                while not self.resting:
                    self.turn()
        except OSError:
            return

    def turn(self) -> None:
        rented = [name for name, each in self.bought.items() if each.cancelled is None]
        drawn = self.chance.random()
        if drawn < 0.3 and len(rented) < MOST_SERVERS:
            self.order()
        elif drawn < 0.5 and self.unpaid:
            self.apply_credit(self.chance.choice(list(self.unpaid)))
        elif drawn < 0.6 and self.unpaid:
            self.pay(self.chance.choice(list(self.unpaid)))
        elif drawn < 0.68:
            self.ask_for_funds()
        elif drawn < 0.9 and len(rented) > MOST_SERVERS // 2:
            self.cancel(self.chance.choice(rented))
        elif drawn < 0.93:
            self.advance()
        else:
            self.call(Deed("list"), "eq", "update_servers")

    # Calls; each is uncertain until its answer arrives

    def call(self, deed: Deed, module: str, action: str, **fields: Any) -> Answer:
        form = {"action": action, "token": self.account["token"]} | fields
        return self._told(deed, lambda: self.wire.call(module, form))

    def control(self, deed: Deed, path: str, body: Any = None) -> Answer:
        return self._told(
            deed, lambda: self.wire.control("POST", f"/accounts/{self.account['name']}{path}", body)
        )

    def _told(self, deed: Deed, send: Any) -> Answer:
        self.uncertain = deed
        answer: Answer = send()
        if answer.status in UNTOLD:
            raise NotTold(answer)
        self.uncertain = None
        self.acknowledged[deed.kind] += 1
        return answer

    def order(self) -> None:
        self.asked += 1
        hostname = f"{self.name}{self.asked}.example.com"
        wanted = self.chance.choice(WANTED) | {"root_pass": "Secret-word1", "hostname": hostname}
        answer = self.call(Deed("order", hostname), "eq", "order_instance", **wanted).json()
        assert answer["result"] == "OK", answer
        self.bought[hostname] = Bought(answer["invoice"])
        self.learn_invoice(answer["invoice"])

    def learn_invoice(self, number: int) -> None:
        """Read an invoice that was made by a call of this customer: it is paid from credit, or unpaid."""
        told = self.call(Deed("get_invoice", number), "whmcs", "get_invoice", invoice_id=number).json()
        total = cents(told["total"])
        if told["status"] == "Paid":
            self.paid.setdefault(number, [("credit", total)])
        else:
            self.unpaid[number] = cents(told["balance"])
        for line in told["items"]["item"]:
            for each in self.bought.values():
                if each.invoice == number:
                    each.server = line["inv_id"]

    def apply_credit(self, number: int) -> None:
        amount = self.chance.choice((self.unpaid[number], max(self.unpaid[number] // 2, 1)))
        deed = Deed("apply_credit", number, amount, "credit")
        answer = self.call(deed, "whmcs", "apply_credit", invoice_id=number, amount=f"{amount / 100:.2f}")
        assert answer.reason in {None, "insufficient_funds", "not_supported", "already_paid"}, answer
        if answer.reason is None:
            self.has_paid(deed)
        elif answer.reason == "already_paid":
            del self.unpaid[number]  # its server was cancelled

    def pay(self, number: int) -> None:
        deed = Deed("pay", number, self.unpaid[number], "outside")
        answer = self.control(deed, f"/invoices/{number}/pay")
        assert answer.status in {200, 409}, answer
        if answer.status == 200:
            self.has_paid(deed)
        else:
            assert answer.json()["error"]["reason"] == "invoice_cancelled", answer
            del self.unpaid[number]

    def has_paid(self, deed: Deed) -> None:
        number = int(deed.about)
        self.paid.setdefault(number, []).append((deed.source, deed.amount))
        self.unpaid[number] -= deed.amount
        if not self.unpaid[number]:
            del self.unpaid[number]
            self.wants_server(number)

    def wants_server(self, number: int) -> None:
        if any(each.invoice == number and each.server is None for each in self.bought.values()):
            self.learn_invoice(number)

    def ask_for_funds(self) -> None:
        self.asked += 1
        amount = self.asked * MOST_CUSTOMERS + self.number
        deed = Deed("create_addfunds", amount=amount)
        answer = self.call(deed, "whmcs", "create_addfunds", amount=f"{amount / 100:.2f}").json()
        self.funds[amount] = answer["invoice"]
        self.unpaid[answer["invoice"]] = amount

    def cancel(self, hostname: str) -> None:
        bought, type_ = self.bought[hostname], self.chance.choice((0, 1, 1))
        if bought.server is None:
            return
        deed = Deed("cancel", hostname, type_)
        answer = self.call(
            deed, "whmcs", "request_cancellation",
            id=bought.server, cancellation_reason="moved", cancellation_type=type_,
        )  # fmt: skip
        assert answer.reason in {None, "vm_not_found", "vm_locked"}, answer  # it is still being deployed
        if answer.reason is None:
            bought.cancelled = type_

    def advance(self) -> None:
        days = self.chance.choice((0.01, 0.05, 10, 40))
        answer = self.control(Deed("advance"), "/clock/advance", {"seconds": days * DAY})
        assert answer.status in {200, 409}, answer
