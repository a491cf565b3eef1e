"""Who may use the control API: its own origin, under names it knows, with the token if one is set (contract 1.5)."""

import hmac

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers["origin"].lower() if "origin" in request.headers else None
        if origin is not None and origin in self._origins:
            send = _open_to(origin, send)
        refusal = self._refusal(request, origin)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        _read_as_json(scope)
        await self._app(scope, receive, send)

    def _refusal(self, request: Request, origin: str | None) -> Response | None:
        """Return what is answered in place of the control API, to a preflight too; None where it may answer."""
        try:
            self._check_names(request, origin)
            if request.method == "OPTIONS" and origin in self._origins:
                return _preflight(request)
            self._check_token(request)
        except ControlError as error:
            return failure(error.status, error.reason, error.message)
        if not self._lifecycle.ready and request.url.path != _HEALTH:
            message = f"the emulator is {self._lifecycle.state}; ask again"
            return failure(503, "unavailable", message, headers={"Retry-After": "1"})
        return None

    def _check_names(self, request: Request, origin: str | None) -> None:
        host = request.headers.get("host", "")
        if "*" not in self._names and _without_port(host) not in self._names:
            raise Forbidden(
                "foreign_host",
                f"the control API does not answer to the host name {host[:80]!r}; --allowed-hosts adds names",
            )
        own = f"{request.url.scheme}://{host}"
        if origin is not None and origin != own.lower() and origin not in self._origins:
            raise Forbidden(
                "foreign_origin",
                f"the control API does not answer pages of {origin[:80]!r}; --allowed-origins adds some",
            )

    def _check_token(self, request: Request) -> None:
        if self._admin_token and not _is_open(request.url.path):
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode("latin-1"), f"Bearer {self._admin_token}".encode()):
                raise Unauthorized("unauthorized", "send the admin token: `Authorization: Bearer <token>`")


def _open_to(origin: str, send: Send) -> Send:
    """Let pages of this origin read what is answered."""

    async def opened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers.add_vary_header("Origin")
        await send(message)

    return opened


def _preflight(request: Request) -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


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
