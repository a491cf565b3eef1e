"""The scenario `hosting`: what is rented, owed and ordered; and ages and due dates that count from the clock's time."""

from tests.support.harness import Emulator, Json
from tests.unit.dashboard.seen import page

VM: Json = {"id": 5}
INVOICE: Json = {"id": 1, "status": "Paid", "items": [{"product": 2, "server": 5, "amount": 4}]}
ORDER: Json = {"id": 2, "invoice": 1, "server": 5, "preset": "vm.pico", "price": 4}


def exported(emulator: Emulator) -> Json:
    return emulator.control("GET", "/state")


def hosting(emulator: Emulator) -> Json:
    emulator.reset(scenario="hosting")
    return exported(emulator)


def test_hosting_has_rented_servers_and_an_order_that_awaits_payment(emulator: Emulator) -> None:
    world = hosting(emulator)
    assert [(vm["id"], vm["kind"], vm["preset"]) for vm in world["vms"]] == [
        (12345, "VPS", "vm.v2-small"),
        (12346, "VPS", "vm.pico"),
        (12347, "dedicated", "bm.v2-promo"),
    ]
    assert [(order["server"], order["status"], order["period"]) for order in world["orders"]] == [
        (12345, "active", "monthly"),
        (12346, "active", "quarterly"),
        (12347, "active", "monthly"),
        (None, "awaiting_payment", "annually"),
    ]
    assert [invoice["status"] for invoice in world["invoices"]] == ["Paid"] * 4 + ["Unpaid"]
    assert world["orders"][0]["rent_due_at"] == "2030-01-03T00:00:00Z"
    assert world["orders"][3]["created_at"] == world["invoices"][4]["created_at"] == "2029-12-31T23:00:00Z"
    assert [key["name"] for key in world["ssh_keys"]] == ["laptop", "deploy"]
    assert [key["server_id"] for key in world["api_keys"]] == [None, 12345]
    assert all("role" in vm["tags"] for vm in world["vms"])


def test_the_rent_that_is_due_soon_is_renewed_from_the_credit(emulator: Emulator) -> None:
    hosting(emulator)
    emulator.advance(2 * 86_400)
    world = exported(emulator)
    assert (world["credit"], world["invoices"][-1]["status"]) == ("138.00", "Paid")
    assert world["orders"][0]["rent_due_at"] == "2030-02-03T00:00:00Z"


def test_a_client_pays_and_gets_the_order_that_awaits_payment(emulator: Emulator) -> None:
    world = hosting(emulator)
    emulator.control("PUT", "/state", world | {"credit": "252.00"})
    emulator.call("whmcs", "apply_credit", invoice_id=7005, amount="252.00")
    emulator.advance(until="idle")
    built = exported(emulator)["vms"][-1]
    assert (built["hostname"], built["preset"], built["power"]) == ("build-1", "vm.v2-medium", "on")


def test_ages_and_due_dates_count_from_the_clocks_time(emulator: Emulator) -> None:
    order = ORDER | {"age_seconds": 120, "due_in_seconds": 90}
    world = {"vms": [VM], "orders": [order], "invoices": [INVOICE | {"age_seconds": 60}]}
    emulator.control("PUT", "/state", world)
    loaded = exported(emulator)
    assert loaded["invoices"][0]["created_at"] == "2029-12-31T23:59:00Z"
    assert loaded["orders"][0]["created_at"] == "2029-12-31T23:58:00Z"
    assert loaded["orders"][0]["rent_due_at"] == "2030-01-01T00:01:30Z"


def test_a_given_time_counts_before_an_age(emulator: Emulator) -> None:
    made, due = "2029-12-01T00:00:00Z", "2030-02-01T00:00:00Z"
    told = {"created_at": made, "age_seconds": 1, "rent_due_at": due, "due_in_seconds": 1}
    emulator.control("PUT", "/state", {"vms": [VM], "orders": [ORDER | told], "invoices": [INVOICE]})
    (order,) = exported(emulator)["orders"]
    assert (order["created_at"], order["rent_due_at"]) == (made, due)


def test_payments_that_are_told_together_say_how_many_they_are(emulator: Emulator) -> None:
    hosting(emulator)
    for _ in range(150):
        emulator.call("whmcs", "apply_credit", invoice_id=7005, amount="0.01")
    emulator.control("PUT", "/state", exported(emulator))
    (invoice,) = (each for each in emulator.control("GET", "/invoices")["invoices"] if each["id"] == 7005)
    told = [(payment["amount"], payment["count"]) for payment in invoice["payments"]]
    assert told == [("0.01", 1)] * 99 + [("0.51", 51)]
    entries = emulator.control("GET", "/ledger")["entries"]
    changes = [(each["amount"], each["count"]) for each in entries if each["invoice"] == 7005]
    assert ("-0.51", 51) in changes
    assert "0.51 EUR from the credit in 51 payments, the last," in page(
        emulator, "/_emulator/ui/accounts/demo/orders"
    )
