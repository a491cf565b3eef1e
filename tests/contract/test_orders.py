"""Contract 11.1, 11.2: orders, and what they are refused for."""

from typing import Any

import pytest

from tests.support.account_objects import SSH, add_api_key, add_ssh_key, log_in
from tests.support.harness import Emulator, Json
from tests.support.orders import MEDIUM, credit, deploy, invoice, invoices, order, place_order, updated


@pytest.mark.clause("11.2", "11.7")
@pytest.mark.follows("A-41")
def test_an_order_that_the_credit_pays_is_paid_and_deployed(emulator: Emulator) -> None:
    answer = place_order(emulator, hostname="web-9.example.com", traffic_plan=25)
    assert (answer["status"], answer["os_name"], answer["soft_name"]) == ("Paid", "Ubuntu 22.04", "")
    assert isinstance(answer["invoice"], int)
    assert "id" not in answer
    assert emulator.check(answer["callback"])["result"] == "Not ready"
    told = invoice(emulator, answer["invoice"])
    assert (told["status"], told["total"], told["balance"]) == ("Paid", "4.00", "0.00")
    assert credit(emulator) == "146.50"


@pytest.mark.clause("11.2", "11.7")
def test_an_order_beyond_the_credit_awaits_payment(emulator: Emulator) -> None:
    answer = place_order(emulator, **MEDIUM)
    assert (answer["status"], answer["deploy_status"]) == ("Unpaid", "awaiting_payment")
    assert "callback" not in answer
    assert "id" not in answer
    assert invoice(emulator, answer["invoice"])["balance"] == "252.00"
    assert credit(emulator) == "150.50"
    emulator.advance(7_200)
    assert updated(emulator)["deploy_keys"] == []
    assert [row["status"] for row in updated(emulator)["billing_servers"]] == ["Pending"]


@pytest.mark.clause("11.1")
@pytest.mark.parametrize(
    "fields",
    [
        {"preset": 108},
        {"os_id": 237, "os_name": "Ubuntu 24.04"},
        {"os_id": None, "os_name": "Debian 12"},
        {"soft_id": 20},
        {"soft_name": "WordPress"},
        {"traffic_plan": "3 TB / 1 Gbps VM"},
        {"root_pass": "aB3%efgh"},
        {"root_pass": "A1%" + "b" * 27},
        {"root_pass": None},
        {"deploy_period": "1"},
        {"deploy_period": "semiannually"},
        {"ssh_key": SSH},
        {"post_install_script": "#!/bin/sh\n" + "x" * 60_000},
        {"email": "me@example.com", "deploy_notify": 1, "root_size": 50, "disk_mirror": 1, "no_lvm": 1},
        {"ipv6": 1, "ipv4_amount": 1, "vlan": "10", "currency_code": "EUR"},
        {"os_id": None, "own_os": 1},
        {"hostname": "a" * 253},
    ],
)
def test_what_an_order_accepts(emulator: Emulator, fields: Json) -> None:
    answer = order(emulator, **fields)
    assert answer["result"] == "OK", answer
    assert answer["status"] == "Paid"


@pytest.mark.clause("11.1", "2.5")
@pytest.mark.follows("A-06")
@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({"preset": 279}, "not_in_catalogue", "Invalid preset 279"),
        ({"preset": "vm.none"}, "not_in_catalogue", "Invalid preset vm.none"),
        ({"preset": None}, "invalid_parameter", "invalid instance name"),
        ({"preset": None, "preset_id": 108}, "invalid_parameter", "invalid instance name"),
        ({"preset": ""}, "invalid_parameter", "preset"),
        ({"preset": "9" * 101}, "invalid_parameter", "preset"),
        ({"preset": "9" * 90}, "not_in_catalogue", "Invalid preset"),
        ({"location_name": None}, "invalid_parameter", "location_name"),
        ({"location_name": "XX"}, "not_in_catalogue", "Invalid location XX"),
        ({"location_name": "DE"}, "not_compatible", "DE"),
        ({"os_id": 5}, "not_in_catalogue", "OS 5 not found"),
        ({"os_id": None}, "invalid_parameter", "os_id"),
        ({"os_id": "x"}, "invalid_parameter", "os_id"),
        ({"os_name": "Windows"}, "invalid_parameter", "os_name"),
        ({"preset": 320, "os_id": 219}, "not_compatible", "OS 219 is not compatible"),
        ({"soft_id": 5}, "not_in_catalogue", "software 5 not found"),
        ({"traffic_plan": 40}, "not_compatible", "traffic plan is not compatible"),
        ({"traffic_plan": 5}, "not_in_catalogue", "traffic plan 5 not found"),
        ({"deploy_period": "weekly"}, "invalid_parameter", "Invalid deploy_period"),
        ({"deploy_period": "hourly"}, "invalid_parameter", "Invalid deploy_period"),
        ({"currency_code": "USD"}, "invalid_parameter", "the account pays in EUR"),
        ({"currency_code": "GBP"}, "invalid_parameter", "currency_code"),
        ({"hostname": "a" * 254}, "invalid_parameter", "hostname"),
        ({"hostname": "a_b"}, "invalid_parameter", "hostname"),
        ({"hostname": "-a"}, "invalid_parameter", "hostname"),
        ({"post_install_script": "x" * 65_537}, "invalid_parameter", "post_install_script"),
        ({"ssh_key": "laptop"}, "ssh_key_not_found", "not found"),
        ({"root_size": 101}, "invalid_parameter", "root_size"),
        ({"ipv4_amount": -1}, "invalid_parameter", "ipv4_amount"),
        ({"disk_mirror": "yes"}, "invalid_parameter", "disk_mirror"),
        ({"own_os": "2"}, "invalid_parameter", "own_os"),
        ({"id": 99999}, "vm_not_found", "no such VM"),
        *(
            ({"root_pass": wrong}, "invalid_parameter", "root_pass")
            for wrong in ("", "aB3%efg", "aB3%" + "x" * 27, "ab3%efgh", "AB3%EFGH", "aBc%efgh", "aB3defgh", "%aB3efgh")
        ),
    ],
)  # fmt: skip
def test_what_an_order_is_refused_for(emulator: Emulator, fields: Json, reason: str, words: str) -> None:
    before = emulator.control("GET", "/state")
    answer = order(emulator, **fields)
    assert (answer["reason"], words in answer["message"]) == (reason, True), answer
    assert emulator.control("GET", "/state") == before


@pytest.mark.follows("A-06")
@pytest.mark.clause("11.1")
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"preset": 279, "location_name": "XX", "os_id": 5}, "not_in_catalogue"),
        ({"location_name": "DE", "os_id": 5, "traffic_plan": 40}, "not_compatible"),
        ({"os_id": 5, "soft_id": 5, "traffic_plan": 40}, "not_in_catalogue"),
    ],
)
def test_refusals_come_in_order(emulator: Emulator, fields: Json, reason: str) -> None:
    words = {"not_in_catalogue": ("preset", "OS 5"), "not_compatible": ("location",)}
    answer = order(emulator, **fields)
    assert answer["reason"] == reason
    assert any(word in answer["message"] for word in words[reason])


@pytest.mark.clause("11.1")
def test_a_fault_makes_a_preset_be_out_of_stock(emulator: Emulator) -> None:
    emulator.fault("out_of_stock", match={"fields": {"preset": "vm.pico"}})
    assert order(emulator)["reason"] == "out_of_stock"
    assert order(emulator)["result"] == "OK"


@pytest.mark.clause("11.1")
def test_a_stored_key_is_named_by_its_id_or_name(emulator: Emulator) -> None:
    key = add_ssh_key(emulator, name="laptop")
    assert order(emulator, ssh_key="laptop")["result"] == "OK"
    assert order(emulator, ssh_key=key["id"])["result"] == "OK"


@pytest.mark.clause("11.1", "5.1")
def test_a_key_of_one_server_orders_nothing(emulator: Emulator) -> None:
    secret = add_api_key(emulator, server_id=12345)["api_key"]
    token = log_in(emulator, secret)["result"]["token"]
    assert order(emulator, token=token)["reason"] == "access_denied"
    assert invoices(emulator) == []


@pytest.mark.clause("11.1", "11.7")
def test_who_prepays_may_order_by_the_hour(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"prepaid": True})
    answer = place_order(emulator, deploy_period="hourly")
    assert invoice(emulator, answer["invoice"])["total"] == "0.01"


@pytest.mark.clause("11.7")
@pytest.mark.parametrize(
    ("period", "total"),
    [("monthly", "9.90"), ("quarterly", "29.70"), ("semi-annually", "59.40"), ("annually", "118.80")],
)
def test_a_period_costs_its_months(emulator: Emulator, period: str, total: str) -> None:
    answer = place_order(emulator, preset="vm.v2-mini", deploy_period=period)
    assert invoice(emulator, answer["invoice"])["total"] == total


@pytest.mark.clause("11.7", "9.1")
def test_the_price_is_that_of_the_location_and_the_currency(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"currency": "USD"})
    answer = place_order(emulator, preset="vm.v2-mini", location_name="US")
    told = invoice(emulator, answer["invoice"])
    assert (told["total"], told["currencycode"]) == ("12.10", "USD")


@pytest.mark.clause("11.1")
def test_numbers_are_never_reused_and_repeat_with_the_seed(emulator: Emulator) -> None:
    def numbers() -> list[Any]:
        servers = [deploy(emulator), deploy(emulator)]
        emulator.call("whmcs", "request_cancellation", id=servers[-1], cancellation_reason="x")
        return [*servers, deploy(emulator), *(each["id"] for each in invoices(emulator))]

    first = numbers()
    assert len(set(first)) == len(first)
    emulator.reset()
    assert numbers() == first
