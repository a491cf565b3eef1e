"""Random orders, payments, cancellations and clock moves: credit is never created nor lost."""

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.harness import MORE, SEED, Emulator, Json, Running
from tests.support.money_books import Books, cents
from tests.support.orders import DAY, cancel, order, pay

PRESETS: tuple[Json, ...] = (
    {"preset": "vm.pico", "location_name": "NL"},
    {"preset": "vm.v2-mini", "location_name": "DE"},
    {"preset": "bm.v2-promo", "location_name": "NL", "soft_id": None},
)
PERIODS = ("hourly", "monthly", "quarterly", "semi-annually", "annually")
AMOUNTS = ("0.01", "3.99", "4", "12.30", "150.50", "1000", "9999999999999.99", "10000000000000")
LONG = (7, 31, 62, 400)
SHORT = (0.01, 0.3, 1, 2)
pick = st.integers(0, 1_000)


def at(found: list[int], place: int) -> int:
    """Return one of these ids, or an unknown one if there are none."""
    return found[place % len(found)] if found else 1


class Dealings(RuleBasedStateMachine):
    """Calls by chance. `expected` is the credit that follows from their answers."""

    emulator: Emulator

    @initialize()
    def start(self) -> None:
        self.emulator.reset(scenario="demo", seed=SEED)
        self.books = Books(self.read)
        self.expected = self.books.credit
        self.hourly = False

    @rule(preset=st.sampled_from(PRESETS), period=st.sampled_from(PERIODS))
    def order(self, preset: Json, period: str) -> None:
        answer = order(self.emulator, deploy_period=period, **preset)
        if period == "hourly" and answer["result"] != "OK":
            assert answer["reason"] == "invalid_parameter", answer
            return
        assert answer["result"] == "OK", answer
        self.hourly = self.hourly or period == "hourly"
        invoice = self.emulator.call("whmcs", "get_invoice", invoice_id=answer["invoice"])
        assert ("callback" in answer) == (answer["status"] == "Paid") == (invoice["status"] == "Paid")
        affordable = cents(invoice["total"]) <= self.expected
        assert affordable == (answer["status"] == "Paid"), (self.expected, invoice)
        self.expected -= cents(invoice["total"]) if affordable else 0

    @rule(place=pick, share=st.sampled_from([0, 1, 2, 3]))
    def apply_credit(self, place: int, share: int) -> None:
        number = at(self.books.unpaid(), place)
        balance = cents(self.books.invoices[number]["balance"]) if number in self.books.invoices else 400
        amount = (1, balance // 2, balance, balance + 1)[share]
        answer = self.emulator.call("whmcs", "apply_credit", invoice_id=number, amount=amount / 100)
        if answer["result"] == "success":
            assert cents(answer["amount"]) == amount <= min(balance, self.expected)
            self.expected -= amount

    @rule(amount=st.sampled_from(AMOUNTS))
    def ask_for_funds(self, amount: str) -> None:
        assert self.emulator.call("whmcs", "create_addfunds", amount=amount)["status"] == "Unpaid"

    @rule(place=pick)
    def pay(self, place: int) -> None:
        number = at(self.books.unpaid(), place)
        known = self.books.invoices.get(number)
        if known is None:
            pay(self.emulator, number, status=404)
            return
        funds = sum(cents(item["amount"]) for item in known["items"] if item["type"] == "AddFunds")
        if self.expected + funds > 10**15:
            assert pay(self.emulator, number, status=409)["error"]["reason"] == "credit_too_large"
            return
        assert pay(self.emulator, number)["status"] == "Paid"
        assert pay(self.emulator, number, status=409)["error"]["reason"] == "already_paid"
        self.expected += funds

    @rule(amount=st.sampled_from(AMOUNTS), prepaid=st.booleans())
    def set_credit(self, amount: str, *, prepaid: bool) -> None:
        self.emulator.control("PATCH", "", {"credit": amount, "prepaid": prepaid})
        self.expected = self.emulator_credit()

    @rule(place=st.integers(0, 3))
    def wait(self, place: int) -> None:
        """Let rents fall due. What new payments from the credit say is what it must have lost."""
        before = {number: len(each["payments"]) for number, each in self.books.invoices.items()}
        self.emulator.advance((SHORT if self.hourly else LONG)[place] * DAY)
        self.books.look(self.read)
        new = [
            payment
            for number, invoice in self.books.invoices.items()
            for payment in invoice["payments"][before.get(number, 0) :]
        ]
        assert all(payment["source"] == "credit" for payment in new)
        self.expected -= sum(cents(payment["amount"]) for payment in new)

    @rule()
    def wait_until_idle(self) -> None:
        self.emulator.advance(until="idle")

    @rule(place=pick, end=st.sampled_from(["complete", "fail"]))
    def end_a_deploy(self, place: int, end: str) -> None:
        keys = self.books.keys()
        if keys:
            self.emulator.control("POST", f"/tasks/{keys[place % len(keys)]}/{end}", {})

    @rule(place=pick, type_=st.sampled_from([None, 0, 1]))
    def cancel(self, place: int, type_: int | None) -> None:
        told = {} if type_ is None else {"cancellation_type": type_}
        answer = cancel(self.emulator, at([12346, *self.books.of_orders()], place), **told)
        assert answer.get("reason") in {None, "vm_not_found", "vm_locked", "already_cancelled"}, answer

    @rule(place=pick)
    def withdraw(self, place: int) -> None:
        server = at([12346, *self.books.of_orders()], place)
        answer = self.emulator.call("whmcs", "delete_cancellation_request", id=server)
        assert answer.get("reason") in {None, "vm_not_found", "not_supported", "already_cancelled"}, answer

    @rule(place=pick)
    def reinstall(self, place: int) -> None:
        self.emulator.eq("reinstall", at([12345, *self.books.of_orders()], place), os_id=237)

    @rule(suspends=st.booleans(), gone=st.sampled_from(["gone-at-once", "after-five-minutes"]))
    def assume(self, *, suspends: bool, gone: str) -> None:
        self.emulator.assume({"A-45": "suspends" if suspends else "stays", "A-44": gone})

    @rule()
    def import_the_export(self) -> None:
        before = self.emulator.control("GET", "/state")
        ledger = self.emulator.control("GET", "/ledger")
        self.emulator.control("PUT", "/state", before)
        assert self.emulator.control("GET", "/state") == before
        assert self.emulator.control("GET", "/ledger") == ledger

    @invariant()
    def the_money_is_right(self) -> None:
        self.books.look(self.read)
        assert self.books.credit == self.expected

    def read(self, path: str) -> Json:
        return self.emulator.control("GET", path)

    def emulator_credit(self) -> int:
        return cents(self.read("/ledger")["credit"])


@pytest.mark.no_cover
@pytest.mark.clause("11.2", "11.6", "11.7")
def test_credit_is_never_created_nor_lost(server: Running, http: httpx.Client) -> None:
    class OnThisServer(Dealings):
        emulator = Emulator(server, http)

    run_state_machine_as_test(
        OnThisServer, settings=settings(max_examples=10 * MORE, stateful_step_count=25, deadline=None)
    )
