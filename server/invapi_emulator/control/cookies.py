"""The cookie of a session, and which cookies of a request are read at all."""

from starlette.requests import HTTPConnection
from starlette.types import Scope

from invapi_emulator.server.paths import root_of

_DEFAULT_PORTS = {"http": "80", "https": "443"}

_NAME = "invapi_emulator_"

_LONGEST = 200
"""Number of bytes that the cookie of a session never reaches."""


def cookie_name(request: HTTPConnection) -> str:
    """Return the cookie's name. It has the port, as a browser sends a cookie to all ports of a host."""
    port = request.headers.get("host", "").rpartition(":")[2]
    known = port if port.isascii() and port.isdigit() else _DEFAULT_PORTS.get(request.url.scheme, "80")
    return f"{_NAME}{known}"


def set_cookie(request: HTTPConnection, value: str) -> str:
    """Return the `Set-Cookie` of a session."""
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{cookie_name(request)}={value}; Path={root_of(request.scope) or '/'}; HttpOnly; SameSite=Strict{secure}"


def drop_other_cookies(scope: Scope) -> None:
    """Leave only cookies in a request that may be those of sessions.

    FastAPI reads all cookies of each request, and a browser sends those of all servers on a host. Before Python
    3.11.10 and 3.12.6, reading a quoted value takes time that grows with the square of its length.
    """
    scope["headers"] = [
        (name, _own(value) if name == b"cookie" else value) for name, value in scope["headers"]
    ]


def _own(cookies: bytes) -> bytes:
    return b"; ".join(cookie for cookie in map(bytes.strip, cookies.split(b";")) if _may_be_own(cookie))


def _may_be_own(cookie: bytes) -> bool:
    return cookie.startswith(_NAME.encode()) and len(cookie) < _LONGEST and b'"' not in cookie
