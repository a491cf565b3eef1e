"""An account's SSH keys and API keys: show them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import Field

from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds, Worlds
from invapi_emulator.domain.account_keys import ApiKey, NotifyMethod, SshKey
from invapi_emulator.domain.instants import iso
from invapi_emulator.storage import api_keys, ssh_keys
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.world_size import FEW
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps

K = TypeVar("K", SshKey, ApiKey)

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


@router.get("/ssh_keys", responses={200: {"model": SshKeyList}})
async def list_ssh_keys(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show the account's SSH keys."""
    return await _listed(request, worlds, name, "ssh_keys", ssh_keys.of_unit, _ssh_key)


@router.get("/api_keys", responses={200: {"model": ApiKeyList}})
async def list_api_keys(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show the account's API keys with their secrets. The built-in key is shown with the account."""
    return await _listed(request, worlds, name, "api_keys", api_keys.of_unit, _api_key)


async def _listed(
    request: Request,
    worlds: Worlds,
    name: str,
    word: str,
    of_unit: Callable[[UnitOfWork], Sequence[K]],
    view: Callable[[K], View],
) -> Response:
    def select(context: AccountContext) -> Steps[bytes]:
        return writing({word: (view(key).model_dump() for key in of_unit(context.unit))})

    def large(context: AccountContext) -> bool:
        return len(of_unit(context.unit)) > FEW

    return await answered(request, worlds, name, select, is_large=large)


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
