"""Contract 11: what a panel reads of a customer's money."""

from typing import Any

import pytest

from tests.support.harness import Emulator

LINE = {
    "type": "Hosting",
    "relid": 12345,
    "description": "vm.pico - web-1",
    "amount": "4.00",
    "inv_id": 12345,
}


def world(emulator: Emulator, **told: Any) -> None:
    """Give the account demo another world."""
    emulator.control("PUT", "/state", {"version": 1, "vms": [{"id": 1}], **told})


def item(amount: Any, product: int = 1, **more: Any) -> dict[str, Any]:
    return {"product": product, "amount": amount, **more}


@pytest.mark.clause("11.6", "2.1")
@pytest.mark.follows("A-38")
def test_a_connection_test_reads_the_customer(emulator: Emulator) -> None:
    answer = emulator.call("whmcs", "get_client")
    assert (answer["result"], answer["billing_location"]) == ("success", "whmcs_com")
    client = answer["client"]
    assert client == client | {"credit": "150.50", "currency_code": "EUR", "email": "demo@example.com"}
    assert client["id"] == emulator.call("auth", "info")["result"]["customer_id"]
    assert "message" not in answer


@pytest.mark.clause("11.6", "11.7")
@pytest.mark.follows("A-38")
@pytest.mark.parametrize(
    ("written", "read"),
    [("0", None), (0.1, "0.10"), ("1234567.89", "1234567.89"), (-3, "-3.00"), (19.99, "19.99")],
)
def test_credit_is_exact(emulator: Emulator, written: Any, read: str | None) -> None:
    world(emulator, credit=written, currency="USD")
    listed = emulator.call("whmcs", "getcredits")["message"]
    assert [line["amount"] for line in listed["credits"]["credit"]] == ([read] if read else [])
    assert listed["totalresults"] == len(listed["credits"]["credit"])
    client = emulator.call("whmcs", "get_client")["client"]
    assert (client["credit"], client["currency_code"]) == (read or "0.00", "USD")
    assert emulator.call("auth", "info")["result"]["currency_code"] == "USD"


@pytest.mark.clause("11.6")
def test_invoices_are_listed_page_by_page(emulator: Emulator) -> None:
    lines = [{"id": number, "items": [item("1.10"), item("2.20")]} for number in range(30, 0, -1)]
    world(emulator, invoices=lines)
    first = emulator.call("whmcs", "get_invoices")
    assert first["totalresults"] == 30
    assert [line["id"] for line in first["invoices"]["invoice"]] == list(range(1, 26))
    assert {line["total"] for line in first["invoices"]["invoice"]} == {"3.30"}
    rest = emulator.call("whmcs", "get_invoices", limitstart=25, limitnum=10)
    assert [line["id"] for line in rest["invoices"]["invoice"]] == [26, 27, 28, 29, 30]
    assert emulator.call("whmcs", "get_invoices", limitstart=31)["invoices"]["invoice"] == []


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-38")
def test_an_invoice_names_its_servers_and_what_is_still_to_be_paid(emulator: Emulator) -> None:
    assert emulator.call("whmcs", "get_invoice", invoice_id=7001) == {
        "result": "OK", "module": "whmcs", "action": "get_invoice",
        "invoiceid": 7001, "userid": emulator.call("auth", "info")["result"]["customer_id"],
        "status": "Paid", "total": "4.00", "balance": "0.00", "currencycode": "EUR", "items": {"item": [LINE]},
    }  # fmt: skip
    world(emulator, invoices=[{"id": 5, "paid": "1.50", "items": [item(3), item(2, server=None)]}])
    answer = emulator.call("whmcs", "get_invoice", invoice_id=5)
    assert (answer["status"], answer["total"], answer["balance"]) == ("Unpaid", "5.00", "3.50")
    assert [line["inv_id"] for line in answer["items"]["item"]] == [None, None]


@pytest.mark.clause("11.6", "2.5")
@pytest.mark.follows("A-06")
def test_another_accounts_invoice_is_not_there(emulator: Emulator) -> None:
    world(emulator, invoices=[])
    refused = emulator.call("whmcs", "get_invoice", invoice_id=7001)
    assert (refused["code"], refused["message"]) == (-1, "Invoice ID Not Found: 7001")
    assert refused["reason"] == "invoice_not_found"


@pytest.mark.clause("11.6")
def test_the_invoices_of_a_service_are_found_by_it(emulator: Emulator) -> None:
    found = emulator.call("whmcs", "get_product_invoice", product=12346, location="whmcs_com")
    assert found["invoices"] == [{"status": "Unpaid", "total": "9.00", "invoiceid": 7002}]
    assert emulator.call("whmcs", "get_product_invoice", product=1)["invoices"] == []


@pytest.mark.clause("6.2", "11.6")
def test_the_account_id_of_a_server_is_the_service_that_its_newest_invoice_is_for(emulator: Emulator) -> None:
    vms = [{"id": 1}, {"id": 2}]
    lines = [item(1, product=70, server=1), item(1, product=71, server=1), item(1, product=72)]
    invoices = [{"id": number, "items": [line]} for number, line in enumerate(lines, 1)]
    emulator.control("PUT", "/state", {"version": 1, "vms": vms, "invoices": invoices})
    shown = [emulator.eq("show", vm) for vm in (1, 2)]
    assert [server["account_id"] for server in shown] == [71, 2]
    found = emulator.call("whmcs", "get_product_invoice", product=71, location=shown[0]["type_billing"])
    assert [invoice["invoiceid"] for invoice in found["invoices"]] == [2]


@pytest.mark.clause("11.6", "2.7")
@pytest.mark.parametrize(
    ("action", "field"),
    [("get_invoice", "invoice_id"), ("get_product_invoice", "product"), ("get_invoices", "limitnum"),
     ("get_invoices", "limitstart")],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", "x", "-1", "1.0", "٣", "9" * 40, " 1"])
@pytest.mark.follows("A-06")
def test_a_field_that_is_no_number_is_refused(
    emulator: Emulator, action: str, field: str, value: str
) -> None:
    refused = emulator.call("whmcs", action, **{field: value})
    assert refused["reason"] == "invalid_parameter"
    assert f"invalid parameter {field}: " in refused["message"]


@pytest.mark.clause("11.7")
@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"credit": "1.005"}, "credit"), ({"credit": 1e300}, "credit"), ({"credit": "NaN"}, "credit"),
        ({"credit": True}, "credit"), ({"credit": 1e2}, None), ({"credit": []}, "credit"),
        ({"credit": "1e2"}, "credit"), ({"credit": "1e999999999"}, "credit"), ({"credit": "1" * 99_999}, "credit"),
        ({"credit": "1_0"}, "credit"), ({"credit": "\u0661"}, "credit"), ({"credit": 10**400}, "credit"),
        ({"credit": "01"}, "credit"), ({"credit": "+1"}, "credit"), ({"credit": " 1"}, "credit"),
        ({"invoices": [{"id": 1, "paid": "1e999999999", "items": [item(1)]}]}, "invoices.0.paid"),
        ({"invoices": [{"id": 1, "items": [item("-1e999999999")]}]}, "invoices.0.items.0.amount"),
        ({"currency": "GBP"}, "currency"), ({"prepaid": "yes"}, "prepaid"),
        ({"invoices": [{"id": 1, "items": []}]}, "invoices.0.items"),
        ({"invoices": [{"id": 0, "items": [item(1)]}]}, "invoices.0.id"),
        ({"invoices": [{"id": 1, "items": [item(1)]}] * 2}, "invoices.1.id"),
        ({"invoices": [{"id": 1, "items": [item(-1)]}]}, "invoices.0.items.0.amount"),
        ({"invoices": [{"id": 1, "paid": 2, "items": [item(1)]}]}, "invoices.0.paid"),
        ({"invoices": [{"id": 1, "status": "Paid", "paid": 0, "items": [item(1)]}]}, "invoices.0.paid"),
        ({"invoices": [{"id": 1, "created_at": "9000-01-01", "items": [item(1)]}]}, "invoices.0.created_at"),
    ],
)  # fmt: skip
def test_money_that_cannot_be_is_refused_with_its_place(
    emulator: Emulator, told: dict[str, Any], field: str | None
) -> None:
    before = emulator.control("GET", "/state")
    answer = emulator.http.put("/_emulator/accounts/demo/state", json={"version": 1, **told})
    if field is None:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text
    assert "Tuple" not in answer.text
    assert emulator.control("GET", "/state")["invoices"] == before["invoices"]


@pytest.mark.clause("11.7")
def test_an_export_has_all_of_it_and_a_reset_brings_the_first_world_back(emulator: Emulator) -> None:
    first = emulator.control("GET", "/state")
    told = {"credit": "7.00", "currency": "RUB", "prepaid": True}
    world(emulator, **told, invoices=[{"id": 3, "status": "Cancelled", "items": [item("0.01")]}])
    exported = emulator.control("GET", "/state")
    assert told.items() <= exported.items()
    emulator.control("PUT", "/state", exported)
    again = emulator.control("GET", "/state")
    assert (again["credit"], again["invoices"]) == (exported["credit"], exported["invoices"])
    emulator.reset()
    assert emulator.control("GET", "/state")["invoices"] == first["invoices"]


@pytest.mark.clause("11.6")
@pytest.mark.parametrize("action", ["get_products", "no such \0", "x" * 999])
@pytest.mark.follows("A-06")
def test_the_rest_of_the_module_is_not_emulated(emulator: Emulator, action: str) -> None:
    response = emulator.http.post("/whmcs.php", data={"action": action, "id": 12345})
    assert (response.status_code, response.headers["x-emulator-reason"]) == (501, "not_emulated")
    named = ascii(action)[1:-1] if len(action) < 40 else "x" * 40 + "..."
    assert response.json()["message"].startswith(f"whmcs/{named} is an action of the real API")


@pytest.mark.clause("11.6")
@pytest.mark.follows("A-38")
@pytest.mark.parametrize(("currency", "monthly"), [("EUR", "4.00"), ("USD", "4.40"), ("RUB", "400.00")])
def test_a_servers_rent_is_flat_and_the_catalogues(emulator: Emulator, currency: str, monthly: str) -> None:
    vm = {
        "id": 1,
        "preset": "vm.pico",
        "location": "NL",
        "created_at": "2029-01-31T12:00:00Z",
        "ip": "198.51.100.7",
    }
    world(emulator, currency=currency, vms=[vm])
    rent = emulator.call("whmcs", "get_billing_data", id=1)
    assert rent == {
        "IP": "198.51.100.7", "client_id": emulator.call("auth", "info")["result"]["customer_id"], "order_id": 1,
        "billing_status": "Active", "billing_cycle": "Monthly", "reg_date": "2029-01-31",
        "next_due_date": "2030-01-31", "billing_reccuring": monthly, "billing_setupfee": "0.00",
        "billing_name": "vm.pico", "currencysuffix": currency,
    }  # fmt: skip
    emulator.advance(seconds=31 * 86_400)
    assert emulator.call("whmcs", "get_billing_data", id=1)["next_due_date"] == "2030-02-28"


@pytest.mark.clause("11.6", "2.4")
def test_the_rent_of_what_the_catalogue_lacks_is_nothing_and_of_no_server_refused(emulator: Emulator) -> None:
    world(emulator, vms=[{"id": 1, "preset": "vm.of-my-own"}])
    assert emulator.call("whmcs", "get_billing_data", id=1)["billing_reccuring"] == "0.00"
    assert emulator.call("whmcs", "get_billing_data", id=2)["reason"] == "vm_not_found"
