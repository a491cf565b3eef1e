"""Short forms of the calls about orders and invoices, for tests."""

from typing import Any

from tests.support.harness import Emulator, Json

PICO: Json = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1"}
MEDIUM: Json = PICO | {"preset": "vm.v2-medium", "location_name": "DE", "deploy_period": "annually"}
"""An order that the credit of a fresh account does not pay: 252.00 EUR."""

DAY = 86_400


def order(emulator: Emulator, **fields: Any) -> Json:
    """Order PICO with other fields. None leaves a field out."""
    sent = {name: value for name, value in (PICO | fields).items() if value is not None}
    return emulator.call("eq", "order_instance", **sent)


def place_order(emulator: Emulator, **fields: Any) -> Json:
    """Order a server. The order must be accepted."""
    answer = order(emulator, **fields)
    assert answer.get("result") == "OK", answer
    return answer


def deploy(emulator: Emulator, **fields: Any) -> int:
    """Order a server that the credit pays, and advance the clock to the end of its deploy. Return its id."""
    answer = place_order(emulator, **fields)
    assert answer["status"] == "Paid", answer
    emulator.advance(until="idle")
    number: int = invoice(emulator, answer["invoice"])["items"]["item"][0]["inv_id"]
    return number


def invoice(emulator: Emulator, number: int) -> Json:
    return emulator.call("whmcs", "get_invoice", invoice_id=number)


def invoices(emulator: Emulator) -> list[Json]:
    """Return the invoices that the emulator has made, as a list has them."""
    listed = emulator.call("whmcs", "get_invoices", limitnum=1000)["invoices"]["invoice"]
    return [each for each in listed if each["id"] > 100_000]


def credit(emulator: Emulator) -> str:
    told: str = emulator.call("whmcs", "get_client")["client"]["credit"]
    return told


def pay(emulator: Emulator, number: int, status: int = 200) -> Json:
    return emulator.control("POST", f"/invoices/{number}/pay", status=status)


def cancel(emulator: Emulator, server: int, **fields: Any) -> Json:
    sent = {"cancellation_reason": "moved"} | fields
    return emulator.call("whmcs", "request_cancellation", id=server, **sent)


def updated(emulator: Emulator) -> Json:
    return emulator.call("eq", "update_servers")
