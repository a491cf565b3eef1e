"""Contract 11.6, 11.7: payments, renewals, added funds. Amounts are exact."""

import pytest

from tests.support.harness import Emulator
from tests.support.orders import DAY, MEDIUM, credit, deploy, invoice, invoices, pay, place_order, updated


def apply_credit(emulator: Emulator, number: int, amount: object) -> dict[str, object]:
    answer: dict[str, object] = emulator.call("whmcs", "apply_credit", invoice_id=number, amount=amount)
    return answer


@pytest.mark.clause("11.6", "11.7", "2.1")
def test_credit_pays_an_invoice_in_parts(emulator: Emulator) -> None:
    assert apply_credit(emulator, 7002, "4.5") == {"result": "success", "amount": "4.50"}
    told = invoice(emulator, 7002)
    assert (told["status"], told["balance"], credit(emulator)) == ("Unpaid", "4.50", "146.00")
    assert apply_credit(emulator, 7002, "4.50")["result"] == "success"
    told = invoice(emulator, 7002)
    assert (told["status"], told["balance"], credit(emulator)) == ("Paid", "0.00", "141.50")
    assert apply_credit(emulator, 7002, "0.01")["reason"] == "already_paid"


@pytest.mark.clause("11.6")
def test_the_whole_credit_begins_the_deploy(emulator: Emulator) -> None:
    answer = place_order(emulator, **MEDIUM)
    emulator.control("PATCH", "", {"credit": "252.00"})
    assert updated(emulator)["deploy_keys"] == []
    assert apply_credit(emulator, answer["invoice"], 252)["result"] == "success"
    assert credit(emulator) == "0.00"
    assert len(updated(emulator)["deploy_keys"]) == 1


@pytest.mark.clause("11.6", "11.7")
@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        *((amount, "invalid_parameter") for amount in ("0", "-1", "1.001", "1e400", "NaN", "inf", "", "1,5", "9" * 400)),
        ("9.01", "invalid_parameter"),
        ("0x1", "invalid_parameter"),
        (" 1", "invalid_parameter"),
    ],
)  # fmt: skip
def test_a_wrong_amount_changes_nothing(emulator: Emulator, amount: str, reason: str) -> None:
    before = emulator.control("GET", "/state")
    assert apply_credit(emulator, 7002, amount)["reason"] == reason
    assert emulator.control("GET", "/state") == before


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-06")
def test_more_than_the_credit_is_insufficient(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"credit": "1"})
    answer = apply_credit(emulator, 7002, "2")
    assert (answer["reason"], answer["message"]) == ("insufficient_funds", "Insufficient funds")
    assert apply_credit(emulator, 1, "2")["reason"] == "invoice_not_found"


@pytest.mark.clause("11.6")
def test_funds_are_added_by_an_invoice_that_is_paid_from_outside(emulator: Emulator) -> None:
    answer = emulator.call("whmcs", "create_addfunds", amount="49.50")
    assert invoice(emulator, answer["invoiceid"])["total"] == "49.50"
    assert credit(emulator) == "150.50"
    assert apply_credit(emulator, answer["invoiceid"], "1")["reason"] == "not_supported"
    pay(emulator, answer["invoiceid"])
    assert credit(emulator) == "200.00"
    assert pay(emulator, answer["invoiceid"], status=409)["error"]["reason"] == "already_paid"
    assert credit(emulator) == "200.00"


@pytest.mark.clause("11.7")
def test_a_rent_is_renewed_from_the_credit_on_its_due_date(emulator: Emulator) -> None:
    server = deploy(emulator)
    emulator.advance(95 * DAY)
    assert [(each["status"], each["total"]) for each in invoices(emulator)] == [("Paid", "4.00")] * 4
    assert [each["date"] for each in invoices(emulator)][1:] == ["2030-02-01", "2030-03-01", "2030-04-01"]
    assert credit(emulator) == "134.50"
    line = invoice(emulator, invoices(emulator)[-1]["id"])["items"]["item"][0]
    assert (line["inv_id"], line["relid"]) == (server, emulator.eq("show", server)["account_id"])
    assert emulator.call("whmcs", "get_billing_data", id=server)["next_due_date"] == "2030-05-01"


@pytest.mark.clause("11.7")
def test_one_advance_over_a_deploy_and_its_rents_tells_of_both(emulator: Emulator) -> None:
    place_order(emulator)
    told = emulator.advance(95 * DAY)
    kinds = [event["kind"] for event in told["events"]]
    assert kinds.index("deployed") < kinds.index("invoice_made")
    assert kinds.count("invoice_paid") == 3


@pytest.mark.clause("11.7")
@pytest.mark.follows("A-45")
def test_a_rent_beyond_the_credit_stays_unpaid_and_suspends_nothing(emulator: Emulator) -> None:
    server = deploy(emulator)
    emulator.control("PATCH", "", {"credit": "3.99"})
    emulator.advance(60 * DAY)
    assert [each["status"] for each in invoices(emulator)] == ["Paid", "Unpaid", "Unpaid"]
    assert credit(emulator) == "3.99"
    assert emulator.eq("show", server)["server_data"]["status"] == "rent"


@pytest.mark.clause("11.7")
def test_rents_are_nobodys_next_task(emulator: Emulator) -> None:
    deploy(emulator)
    before = emulator.clock["now"]
    emulator.advance(until="idle")
    assert emulator.clock["now"] == before
    assert len(invoices(emulator)) == 1


@pytest.mark.clause("11.7")
def test_an_auto_clock_does_not_run_to_a_rent(emulator: Emulator) -> None:
    deploy(emulator)
    emulator.set_clock(mode="auto")
    assert emulator.do("eq", "reboot")["result"] == "OK"
    assert len(invoices(emulator)) == 1


@pytest.mark.clause("11.7")
def test_an_advance_over_years_makes_each_renewal(emulator: Emulator) -> None:
    for _ in range(3):
        deploy(emulator)
    emulator.control("PATCH", "", {"credit": "100000"})
    emulator.advance(3650 * DAY)
    assert len(invoices(emulator)) == 3 * 120
    assert credit(emulator) == f"{100_000 - 357 * 4}.00"


@pytest.mark.clause("11.7")
def test_hours_are_renewed_hour_by_hour(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"prepaid": True})
    deploy(emulator, preset="vm.v2-mini", deploy_period="hourly")
    emulator.advance(5 * 3600)
    assert [each["total"] for each in invoices(emulator)] == ["0.02"] * 6


@pytest.mark.clause("11.7")
def test_an_invoice_paid_twice_at_once_is_paid_once(emulator: Emulator) -> None:
    before = credit(emulator)
    first = apply_credit(emulator, 7002, "9.00")
    second = apply_credit(emulator, 7002, "9.00")
    assert [first["result"], second["reason"]] == ["success", "already_paid"]
    assert (before, credit(emulator)) == ("150.50", "141.50")


@pytest.mark.clause("11.8")
def test_the_ledger_adds_up_to_the_credit(emulator: Emulator) -> None:
    deploy(emulator)
    pay(emulator, emulator.call("whmcs", "create_addfunds", amount="10")["invoice"])
    emulator.control("PATCH", "", {"credit": "200"})
    apply_credit(emulator, 7002, "1")
    told = emulator.control("GET", "/ledger")
    assert (told["opening"], told["credit"]) == ("194.00", "199.00")
    assert [entry["amount"] for entry in told["entries"]] == ["-4.00", "-1.00", "10.00"]


@pytest.mark.clause("11.8", "11.7")
def test_the_currency_stays_while_there_are_orders(emulator: Emulator) -> None:
    assert emulator.control("PATCH", "", {"currency": "USD"})["currency"] == "USD"
    place_order(emulator, currency_code="USD")
    assert emulator.control("PATCH", "", {"currency": "EUR"}, status=409)["error"]["reason"] == "has_orders"


@pytest.mark.clause("11.6")
def test_the_invoice_of_another_account_is_not_found(emulator: Emulator) -> None:
    with emulator.emulator.account(name="neighbour", scenario="demo") as neighbour:
        number = neighbour.call("whmcs", "create_addfunds", amount="10")["invoice"]
        assert apply_credit(emulator, number, "10")["reason"] == "invoice_not_found"
        assert invoice(emulator, number)["reason"] == "invoice_not_found"
        assert pay(emulator, number, status=404)["error"]["reason"] == "invoice_not_found"
        assert neighbour.call("whmcs", "get_invoice", invoice_id=number)["status"] == "Unpaid"
