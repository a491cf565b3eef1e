"""Who may use the control API: its own origin, under names it knows, with the token if one is set (contract 1.5)."""

import re
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invapi_emulator.control.admin_auth import AdminAuth
from invapi_emulator.control.failures import failure
from invapi_emulator.errors import ControlError, Forbidden, Unauthorized
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.server.paths import path_within, root_of
from invapi_emulator.settings import Settings

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
LOGIN = "/_emulator/ui/login"
MAX_BODY = 64 * 1024 * 1024
"""So many bytes a body may have: worlds are written down as JSON, and can be large."""

_HEALTH = "/_emulator/health"
_NEEDS_NO_TOKEN = (_HEALTH, LOGIN, "/openapi.json", "/docs")
"""Health, the way in, and the description: it tells of no world."""

_OPEN_FOLDERS = ("/docs/", "/_emulator/ui/static/")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""For every answer that does not say otherwise itself, as pages do."""


class ControlGuard:
    """Middleware of the control API."""

    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle, admin_auth: AdminAuth) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._admission = admin_auth
        self._names = {_bracketed(name) for name in (*LOCAL_NAMES, settings.host, *settings.allowed_hosts)}
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers["origin"].lower() if "origin" in request.headers else None
        send = _with_headers(send, origin if origin in self._origins else None)
        refusal = self._refusal(request, origin)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        _read_as_json(scope)
        await self._app(scope, _bounded(receive), send)

    def _refusal(self, request: Request, origin: str | None) -> Response | None:
        """Return what is answered in place of the control API, to a preflight too; None where it may answer."""
        try:
            self._check_names(request, origin)
            if request.method == "OPTIONS" and origin in self._origins:
                return _preflight(request)
            if not self._is_let_in(request):
                return _ask_for_token(request)
        except ControlError as error:
            headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else None
            return failure(error.status, error.reason, error.message, headers=headers)
        if not self._lifecycle.ready and path_within(request.scope) != _HEALTH:
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

    def _is_let_in(self, request: Request) -> bool:
        is_open = self._admission.open_to_all or _is_open(path_within(request.scope))
        if is_open or self._admission.in_header(request):
            return True
        request.state.by_cookie = self._admission.in_cookie(request)
        return bool(request.state.by_cookie)


def _ask_for_token(request: Request) -> Response:
    """Show a person who wants to see a page the way in, and tell everybody else what is missing."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{root_of(request.scope)}{LOGIN}?next={quote(wanted, safe='')}", 303)
    what = (
        "this is not the admin token" if "authorization" in request.headers else "the admin token is missing"
    )
    raise Unauthorized("unauthorized", f"{what}; send it as `Authorization: Bearer <token>`")


def _with_headers(send: Send, origin: str | None) -> Send:
    """Let no browser guess what an answer is or frame it, and let pages of this origin, if any, read it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if origin is not None:
                headers["access-control-allow-origin"] = origin
                headers.add_vary_header("Origin")
        await send(message)

    return sent


def _bounded(receive: Receive) -> Receive:
    """Stop reading a body that is too large for anything that is done here."""
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise HTTPException(413, f"the body has more than {MAX_BODY} bytes", {"Connection": "close"})
        return message

    return received


def _preflight(request: Request) -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


def _is_open(path: str) -> bool:
    """Tell whether a path, as routes read it, wants no token; `request.url` is made of what the Host header says too."""
    return path in _NEEDS_NO_TOKEN or path.startswith(_OPEN_FOLDERS)


def _read_as_json(scope: Scope) -> None:
    """Read every body as JSON: curl's -d says that it is a form, and the origin was checked already."""
    MutableHeaders(scope=scope)["content-type"] = "application/json"


def _without_port(host: str) -> str:
    """Return the name in a Host header; one that has more than a port behind its name is no name at all."""
    name, _, port = host.lower().rpartition(":")
    return name if name and re.fullmatch("[0-9]*", port) else host.lower()


def _bracketed(name: str) -> str:
    return f"[{name}]".lower() if ":" in name and not name.startswith("[") else name.lower()
