"""SSH keys as `ssh_keys.php` shows them, and what its actions share (contract 10.1)."""

from typing import Any

from invapi_emulator.actions.answers import Flag, Part, WireDate
from invapi_emulator.domain.account_keys import SshKey
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import wire_date
from invapi_emulator.engine.example import Sent

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3b0nGSxVYVJyJ2mJ6m0bZxJpqyyGmVb1bQGkqsLxq5 me@example.com"


class SshKeyRow(Part):
    id: int
    customer_id: int
    name: str
    key: str
    default: Flag
    created: WireDate


def key_row(account: Account, key: SshKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "customer_id": account.customer_id,
        "name": key.name,
        "key": key.key,
        "default": int(key.is_default),
        "created": wire_date(key.created_at),
    }


EXAMPLE_ROW: dict[str, Any] = {
    "id": 7,
    "customer_id": 10007,
    "name": "laptop",
    "key": PUBLIC_KEY,
    "default": 1,
    "created": "2030-01-01 00:00:00",
}
ADDED: tuple[str, Sent] = ("add", {"params[name]": "laptop", "params[key]": PUBLIC_KEY, "params[default]": 1})
"""The call that makes the key of the examples."""
