"""Access checks of the control API: host name, origin, and the admin token if one is set (contract 1.5)."""

from asyncio import CancelledError
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invapi_emulator.control.admin_auth import AdminAuth
from invapi_emulator.control.bodies import BodyTooLarge, read_ahead
from invapi_emulator.control.cookies import drop_other_cookies
from invapi_emulator.control.failures import failure, no_database, refused
from invapi_emulator.control.names import Names
from invapi_emulator.control.paths import LOGIN, PROBES, is_open, require_reading
from invapi_emulator.control.request_log import note_hint
from invapi_emulator.control.told_once import ToldOnce
from invapi_emulator.control_errors import ControlError, Stopped, Unauthorized, WrongToken
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.pace import Queue
from invapi_emulator.server.paths import path_within, root_of
from invapi_emulator.settings import Settings
from invapi_emulator.storage.errors import DATABASE_LOST

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""Headers of every response, unless it sets its own, as pages do."""


class ControlGuard:
    """Middleware that checks access to the control API."""

    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle, queue: Queue) -> None:
        self._app = app
        self._queue = queue
        self._lifecycle = lifecycle
        self._names = Names(settings)
        self._told = ToldOnce()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        drop_other_cookies(scope)
        request = Request(scope)
        origins = request.headers.getlist("origin")
        origin = (
            ", ".join(origins).lower() if origins else None
        )  # no browser sends two, and both together are no origin
        send = _with_headers(send, origin if self._names.is_allowed(origin) else None)
        refusal = await self._refusal(request, origin)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        _read_as_json(scope)
        try:
            with self._lifecycle.nothing_done("before the request had come in whole"):
                receive = await read_ahead(scope, receive)
        except BodyTooLarge as problem:
            message = f"{problem}: {request.method} {request.url.path[:80]}; see docs/how-to/operating.md"
            refusal = failure(413, "body_too_large", message, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        except Stopped as error:
            await refused(error)(scope, receive, send)
            return
        await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application. Answer in its place if it is cancelled, as the server stops."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if path_within(scope) not in PROBES:
                await self._queue.begin()
            await self._app(scope, receive, sent)
        except CancelledError:
            if begun or self._lifecycle.ready:
                raise
            await _stopped(scope["method"])(scope, receive, send)

    async def _refusal(self, request: Request, origin: str | None) -> Response | None:
        """Return the response to a refused request or a preflight; None if the control API may answer."""
        try:
            if not _is_bare_probe(request):
                self._names.check(request, origin)
            if request.method == "OPTIONS" and self._names.is_allowed(origin):
                return _preflight(request)
            if not self._lifecycle.ready and path_within(request.scope) not in PROBES:
                message = f"the emulator is {self._lifecycle.state}; try again"
                return failure(503, "unavailable", message, headers={"Retry-After": "1"})
            with self._lifecycle.nothing_done("before it had read who asks"):
                is_let_in = await self._is_let_in(request)
            if not is_let_in:
                return _ask_for_token(request)
        except ControlError as error:
            told = error.hint if isinstance(error, WrongToken) else self._told.first(error.hint)
            note_hint(request.scope, told)
            return refused(error)
        except DATABASE_LOST as error:
            return no_database(error)
        return None

    async def _is_let_in(self, request: Request) -> bool:
        """Return whether a request is let in; raise a ControlError for a wrong token, or a change with the read token."""
        admin_auth: AdminAuth = request.app.state.admin_auth
        if admin_auth.open_to_all or is_open(path_within(request.scope)):
            return True
        rights = admin_auth.in_header(request)
        if rights in (None, "wrong"):
            by_cookie = await admin_auth.in_cookie(request)
            request.state.by_cookie = by_cookie is not None
            if rights == "wrong" and by_cookie is None:
                raise admin_auth.refusal(request)
            rights = by_cookie
        if rights == "read":
            require_reading(request)
        return rights is not None


def _is_bare_probe(request: Request) -> bool:
    """Tell whether it is a health check by HTTP/1.0 without a host, as load balancers send it. A browser sends a host."""
    return "host" not in request.headers and path_within(request.scope) in PROBES


def _stopped(method: str) -> Response:
    """Return the response to a request that was under way for too long. Only one that changes nothing may be repeated."""
    if method == "GET":
        return refused(Stopped("the emulator stopped before it had answered; ask again"))
    message = "the emulator stopped before it had answered, and cannot know whether this was carried out"
    return failure(503, "unavailable", message)


def _ask_for_token(request: Request) -> Response:
    """Redirect a browser that wants a page to the login; raise Unauthorized for all other requests."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{root_of(request.scope)}{LOGIN}?next={quote(wanted, safe='')}", 303)
    raise Unauthorized(
        "unauthorized",
        "the admin token is missing; send it as `Authorization: Bearer <token>`",
        "no admin token; send that of --admin-token",
    )


def _with_headers(send: Send, origin: str | None) -> Send:
    """Add security headers to the response, and let pages of this origin, if any, read it."""

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


def _preflight(request: Request) -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": "600",
    }
    if "access-control-request-private-network" in request.headers:
        headers["Access-Control-Allow-Private-Network"] = (
            "true"  # asked by pages from further away than this machine
        )
    return Response(status_code=204, headers=headers)


def _read_as_json(scope: Scope) -> None:
    """Treat every body as JSON. curl's -d declares a form; that is safe here, as the origin is checked."""
    MutableHeaders(scope=scope)["content-type"] = "application/json"
