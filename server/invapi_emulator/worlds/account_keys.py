"""Build and export the SSH keys and API keys of a world."""

from typing import Any

from invapi_emulator.domain.account_keys import ApiKey, SshKey
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.engine.secrets_of_keys import new_secret
from invapi_emulator.storage import api_keys, ssh_keys
from invapi_emulator.storage.api_keys import API_KEY
from invapi_emulator.storage.ssh_keys import SSH_KEY
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.world_rows import WorldRows
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.schema import ApiKeySpec, SshKeySpec, World
from invapi_emulator.worlds.steps import Steps

_STEP = 100


def build_keys(world: World, building: BuildContext, rows: WorldRows) -> Steps[None]:
    """Add a world's keys to its rows; raise Unprocessable for a contradiction.

    Each API key gets a new secret, which `building.keys.issued_anew` holds as `api_keys.<id>`.
    """
    _check_one_default(world)
    for number, spec in enumerate(world.ssh_keys):
        made = _ssh_key(spec, building, f"ssh_keys.{number}.")
        rows.add(SSH_KEY, (made.id,), made)
        if number % _STEP == 0:
            yield
    servers = {vm.id for vm in world.vms}
    for number, described in enumerate(world.api_keys):
        if described.server_id is not None and described.server_id not in servers:
            place = f"api_keys.{number}.server_id"
            raise error_at(place, described.server_id, "expected the id of one of the world's VMs")
        issued = _api_key(described, building, f"api_keys.{number}.")
        rows.add(API_KEY, (issued.id,), issued)
        building.keys.secrets.add(issued.secret)
        building.keys.issued_anew[f"api_keys.{issued.id}"] = issued.secret
        if number % _STEP == 0:
            yield


def _check_one_default(world: World) -> None:
    defaults = [number for number, spec in enumerate(world.ssh_keys) if spec.default]
    if len(defaults) > 1:
        raise error_at(f"ssh_keys.{defaults[1]}.default", 1, "another key of this world is the default")


def _ssh_key(spec: SshKeySpec, building: BuildContext, place: str) -> SshKey:
    return SshKey(
        id=building.objects.of("ssh_key", spec.id, f"{place}id"),
        name=spec.name,
        key=spec.key,
        is_default=bool(spec.default),
        created_at=_created_at(spec, building, place),
    )


def _api_key(spec: ApiKeySpec, building: BuildContext, place: str) -> ApiKey:
    number = building.objects.of("api_key", spec.id, f"{place}id")
    return ApiKey(
        id=number,
        secret=new_secret(
            building.account,
            number,
            lambda secret: secret in building.keys.secrets or api_keys.is_taken(building.source.tx, secret),
        ),
        name=spec.name,
        server_id=spec.server_id,
        ip=spec.ip,
        active=bool(spec.active),
        login_notify_method=spec.login_notify_method,
        login_notify_address=spec.login_notify_address,
        created_at=_created_at(spec, building, place),
    )


def _created_at(spec: SshKeySpec | ApiKeySpec, building: BuildContext, place: str) -> Instant:
    if spec.created_at is not None and spec.created_at > building.now:
        raise too_late(f"{place}created_at", spec.created_at, building.now)
    return building.now if spec.created_at is None else spec.created_at


def written_keys(tx: Transaction, account_id: int) -> dict[str, Any]:
    """Return the sections of an export for keys, without the secrets. A section without keys is left out."""
    sections = {
        "ssh_keys": [_written_ssh_key(key) for key in ssh_keys.of_account(tx, account_id)],
        "api_keys": [_written_api_key(key) for key in api_keys.of_account(tx, account_id)],
    }
    return {name: keys for name, keys in sections.items() if keys}


def _written_ssh_key(key: SshKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "key": key.key,
        "default": int(key.is_default),
        "created_at": iso(key.created_at),
    }


def _written_api_key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "server_id": key.server_id,
        "ip": key.ip,
        "active": int(key.active),
        "login_notify_method": key.login_notify_method,
        "login_notify_address": key.login_notify_address,
        "created_at": iso(key.created_at),
    }
