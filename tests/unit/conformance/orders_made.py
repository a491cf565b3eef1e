"""What the kit ordered, as the account has it."""

from typing import Any

from invapi_conformance.probe import NO_SUCH_NUMBER, NO_SUCH_PRESET
from invapi_emulator.testing.account import Account
from tests.unit.conformance.mutated_servers.mutated_server import Asked

VMS = [12345, 12346, 12347, 12348]
REFUSED = 5
"""Number of orders before the real one that fault rules see: those whose parameters are well-formed."""

NEVER = {"conformance-nowhere", str(NO_SUCH_NUMBER), NO_SUCH_PRESET}
SOMEBODYS = {
    "action": "order_instance", "preset": "vm.pico", "location_name": "NL", "os_id": "187", "hostname": "somebodys",
}  # fmt: skip


def is_real(asked: Asked) -> bool:
    """Tell whether this is the order that must not be refused."""
    return asked.action == "order_instance" and not NEVER & set(asked.fields.values())


def servers(account: Account) -> list[int]:
    found: list[int] = account.call("eq", "list")["servers"]
    return found


def orders(account: Account) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.export().get("orders", [])
    return found


def credit(account: Account) -> str:
    found: str = account.call("whmcs", "get_client")["client"]["credit"]
    return found


def statuses(account: Account) -> list[str]:
    return [order["status"] for order in orders(account)]
