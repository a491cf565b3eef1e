"""An export of any account with orders imports again, and means the same."""

import yaml

from tests.support.harness import Emulator
from tests.support.orders import cancel, credit, deploy, pay, place_order
from tests.support.processes import ROOT

CATALOGUE = ROOT / "server/invapi_emulator/domain/default_catalogue.yaml"


def comes_back(emulator: Emulator) -> None:
    before, ledger = emulator.control("GET", "/state"), emulator.control("GET", "/ledger")
    emulator.control("PUT", "/state", before)
    assert emulator.control("GET", "/state") == before
    assert emulator.control("GET", "/ledger") == ledger


def test_a_reinstall_under_way_comes_back(emulator: Emulator) -> None:
    key = emulator.start("eq", "reinstall", 12348, os_id=237)
    comes_back(emulator)
    emulator.advance(until=key)
    assert emulator.check(key)["context"]["os_name"] == "Ubuntu 24.04"
    own = emulator.start("eq", "reinstall", 12348, own_os=1)
    comes_back(emulator)
    emulator.advance(until=own)
    assert emulator.check(own)["result"] == "OK"


def test_an_order_that_costs_nothing_comes_back(emulator: Emulator) -> None:
    told = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for preset in told["presets"]:
        preset["prices"] = {
            place: {"EUR": "0.00", "USD": "0.00", "RUB": "0.00"} for place in preset["prices"]
        }
    emulator.control("PUT", "/state", emulator.control("GET", "/state") | {"catalogue": told})
    assert place_order(emulator)["status"] == "Paid"
    assert credit(emulator) == "150.50"
    comes_back(emulator)


def test_a_vm_with_the_number_of_a_cancelled_server_is_not_that_server(emulator: Emulator) -> None:
    server = deploy(emulator)
    cancel(emulator, server)
    emulator.control("POST", "/vms", {"id": server}, status=201)
    comes_back(emulator)
    assert emulator.call("whmcs", "get_billing_data", id=server)["billing_status"] == "Active"
    cancel(emulator, server)
    assert [each["status"] for each in emulator.control("GET", "/orders")["orders"]] == ["cancelled"]


def test_more_credit_than_a_world_can_have_is_refused(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"credit": "9999999999999"})
    answer = emulator.call("whmcs", "create_addfunds", amount="1.01")
    assert pay(emulator, answer["invoice"], status=409)["error"]["reason"] == "credit_too_large"
    emulator.control("PATCH", "", {"credit": "9999999999998.99"})
    pay(emulator, answer["invoice"])
    assert credit(emulator) == "10000000000000.00"
    comes_back(emulator)


def test_a_rent_of_a_months_last_day_comes_back(emulator: Emulator) -> None:
    emulator.set_clock(now="2030-01-31T10:00:00Z")
    deploy(emulator)
    comes_back(emulator)


def test_an_order_at_the_end_of_time_asks_for_nothing_more_and_comes_back(emulator: Emulator) -> None:
    emulator.set_clock(now="9999-12-31T20:00:00Z")
    deploy(emulator)
    emulator.advance(until="9999-12-31T23:59:59Z")
    (order,) = emulator.control("GET", "/orders")["orders"]
    assert (order["status"], order["rent_due_at"]) == ("active", None)
    for _ in range(2):
        comes_back(emulator)
    assert credit(emulator) == "146.50"


def test_the_longest_names_of_a_preset_and_a_server_come_back(emulator: Emulator) -> None:
    told = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    next(each for each in told["presets"] if each["name"] == "vm.pico")["name"] = "p" * 100
    emulator.control("PUT", "/state", {"version": 1, "vms": [], "catalogue": told, "credit": "1000.00"})
    server = deploy(emulator, preset="p" * 100, hostname="h" * 253)
    emulator.advance(40 * 24 * 3600)
    lines = [
        item["description"]
        for each in emulator.control("GET", "/invoices")["invoices"]
        for item in each["items"]
    ]
    assert "p" * 100 + " - " + "h" * 253 + ", renewal" in lines
    assert server in [vm["id"] for vm in emulator.control("GET", "/vms")["vms"]]
    comes_back(emulator)
