"""API keys as `api_keys.php` shows them, and what its actions share (contract 10.4)."""

from typing import Any

from pydantic import Field

from invapi_emulator.actions.answers import Flag, Part, WireDate
from invapi_emulator.actions.parameters import Named, Parameters, VmId
from invapi_emulator.domain.account_keys import ApiKey, NotifyMethod
from invapi_emulator.domain.instants import wire_date
from invapi_emulator.engine.example import Sent
from invapi_emulator.errors import ApiKeyNotFound
from invapi_emulator.storage import api_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork


class ApiKeyRow(Part):
    """A key without its secret, which only `add` answers."""

    id: int
    name: str
    server_id: int | None = Field(description="null: the key is for the whole account")
    ip: str
    active: Flag
    login_notify_method: NotifyMethod
    login_notify_address: str
    created: WireDate


class OneKey(Part):
    data: ApiKeyRow


class KeyId(Named):
    id: VmId


class OfKey(Parameters):
    params: KeyId = Field(description="a map with id")


def key_row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "server_id": key.server_id,
        "ip": key.ip,
        "active": int(key.active),
        "login_notify_method": key.login_notify_method,
        "login_notify_address": key.login_notify_address,
        "created": wire_date(key.created_at),
    }


def visible_keys(unit: UnitOfWork) -> list[ApiKey]:
    """Return the keys that the call may see, oldest first: with a token of one server, those of the server."""
    return [key for key in api_keys.of_unit(unit) if unit.only_vm in {None, key.server_id}]


def load_key(unit: UnitOfWork, key_id: int) -> ApiKey:
    """Return a key that the call may see; raise ApiKeyNotFound if there is none with this id."""
    key = api_keys.find(unit, key_id)
    if key is None or unit.only_vm not in {None, key.server_id}:
        raise ApiKeyNotFound(f"API key {key_id} not found")
    return key


EXAMPLE_ROW: dict[str, Any] = {
    "id": 7,
    "name": "Production Key",
    "server_id": 12345,
    "ip": "192.0.2.1",
    "active": 1,
    "login_notify_method": "none",
    "login_notify_address": "",
    "created": "2030-01-01 00:00:00",
}
_SENT: Sent = {"params[name]": "Production Key", "params[server_id]": 12345, "params[ip]": "192.0.2.1"}
ADDED: tuple[str, Sent] = ("add", _SENT)
"""The call that makes the key of the examples."""
