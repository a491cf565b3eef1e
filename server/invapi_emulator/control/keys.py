"""An account's SSH keys and API keys: show them."""

from fastapi import APIRouter
from pydantic import Field

from invapi_emulator.control.failures import failures
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import NameInPath, TheWorlds
from invapi_emulator.domain.account_keys import ApiKey, NotifyMethod, SshKey
from invapi_emulator.domain.instants import iso
from invapi_emulator.storage import api_keys, ssh_keys

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["keys"], responses=failures(404))


class SshKeyView(View):
    id: int
    name: str
    key: str
    default: bool
    created_at: str


class SshKeyList(View):
    ssh_keys: list[SshKeyView] = Field(description="oldest first")


class ApiKeyView(View):
    id: int
    name: str
    api_key: str = Field(description="the secret that logs in")
    server_id: int | None = Field(description="the only server that it is for; null: all")
    ip: str
    active: bool
    login_notify_method: NotifyMethod
    login_notify_address: str
    created_at: str


class ApiKeyList(View):
    api_keys: list[ApiKeyView] = Field(description="oldest first")


@router.get("/ssh_keys")
async def list_ssh_keys(name: NameInPath, worlds: TheWorlds) -> SshKeyList:
    """Show the account's SSH keys."""
    return await worlds.within(
        name,
        lambda context: SshKeyList(ssh_keys=[_ssh_key(key) for key in ssh_keys.of_unit(context.unit)]),
    )


@router.get("/api_keys")
async def list_api_keys(name: NameInPath, worlds: TheWorlds) -> ApiKeyList:
    """Show the account's API keys with their secrets. The built-in key is shown with the account."""
    return await worlds.within(
        name,
        lambda context: ApiKeyList(api_keys=[_api_key(key) for key in api_keys.of_unit(context.unit)]),
    )


def _ssh_key(key: SshKey) -> SshKeyView:
    return SshKeyView(
        id=key.id, name=key.name, key=key.key, default=key.is_default, created_at=iso(key.created_at)
    )


def _api_key(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        name=key.name,
        api_key=key.secret,
        server_id=key.server_id,
        ip=key.ip,
        active=key.active,
        login_notify_method=key.login_notify_method,
        login_notify_address=key.login_notify_address,
        created_at=iso(key.created_at),
    )
