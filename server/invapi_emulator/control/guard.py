"""Who may use the control API: its own origin, under names it knows, with the token if one is set (contract 1.5)."""

import hmac

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from invapi_emulator.control.failures import failure
from invapi_emulator.errors import ControlError, Forbidden, Unauthorized
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.settings import Settings

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HEALTH = "/_emulator/health"
_NEEDS_NO_TOKEN = (_HEALTH, "/openapi.json", "/docs")
"""Health, and the description: a browser that opens it cannot send a token, and it tells of no world."""


class ControlGuard:
    """Middleware of the control API."""

    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._admin_token = settings.admin_token
        self._names = {_bracketed(name) for name in (*LOCAL_NAMES, settings.host, *settings.allowed_hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            self._check(request)
        except ControlError as error:
            await failure(error.status, error.reason, error.message)(scope, receive, send)
            return
        if not self._lifecycle.ready and request.url.path != _HEALTH:
            message = f"the emulator is {self._lifecycle.state}; ask again"
            await failure(503, "unavailable", message, headers={"Retry-After": "1"})(scope, receive, send)
            return
        _read_as_json(scope)
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        host = request.headers.get("host", "")
        if "*" not in self._names and _without_port(host) not in self._names:
            raise Forbidden(
                "foreign_host",
                f"the control API does not answer to the host name {host[:80]!r}; --allowed-hosts adds names",
            )
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{host}"
        if origin is not None and origin.lower() != own.lower():
            raise Forbidden("foreign_origin", f"the control API does not answer pages of {origin[:80]!r}")
        if self._admin_token and not _is_open(request.url.path):
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode("latin-1"), f"Bearer {self._admin_token}".encode()):
                raise Unauthorized("unauthorized", "send the admin token: `Authorization: Bearer <token>`")


def _is_open(path: str) -> bool:
    return path in _NEEDS_NO_TOKEN or path.startswith("/docs/")


def _read_as_json(scope: Scope) -> None:
    """Read every body as JSON: curl's -d says that it is a form, and the origin was checked already."""
    MutableHeaders(scope=scope)["content-type"] = "application/json"


def _without_port(host: str) -> str:
    name = host.lower()
    return name[: name.index("]") + 1] if name.startswith("[") and "]" in name else name.partition(":")[0]


def _bracketed(name: str) -> str:
    return f"[{name}]".lower() if ":" in name and not name.startswith("[") else name.lower()
