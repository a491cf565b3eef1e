"""Check the admin token of a request: in a header or, from the page, in a cookie."""

import hmac
from hashlib import sha256

from starlette.requests import HTTPConnection

from invapi_emulator.server.paths import root_of

_WHAT_FOR = b"the page of invapi-emulator"


class AdminAuth:
    """Checks requests against the admin token. Without a token, every request passes.

    The cookie is derived from the token without revealing it, and stays valid while the token stays the same.
    It needs no storage, and every server with that token accepts it.
    """

    def __init__(self, admin_token: str) -> None:
        self.open_to_all = not admin_token
        self._token = admin_token
        self._session = hmac.new(admin_token.encode(), _WHAT_FOR, sha256).hexdigest()

    def is_token(self, given: str) -> bool:
        return _same(given, self._token)

    def in_header(self, request: HTTPConnection) -> bool:
        # Headers are decoded as latin-1, but a token may be any text.
        given = request.headers.get("authorization", "").encode("latin-1").decode("utf-8", "replace")
        scheme, _, token = given.partition(" ")
        return scheme.lower() == "bearer" and self.is_token(token)

    def in_cookie(self, request: HTTPConnection) -> bool:
        return _same(request.cookies.get(cookie_name(request), ""), self._session)

    def cookie(self, request: HTTPConnection) -> str:
        """Return the `Set-Cookie` of a login: for the page only, until the browser closes."""
        return _cookie(request, self._session)


def cookie_name(request: HTTPConnection) -> str:
    """Return the cookie's name. It has the port, as a browser sends a cookie to all ports of a host."""
    port = request.headers.get("host", "").rpartition(":")[2]
    return f"invapi_emulator_{port}" if port.isascii() and port.isdigit() else "invapi_emulator"


def no_cookie(request: HTTPConnection) -> str:
    """Return the `Set-Cookie` that deletes the cookie."""
    return f"{_cookie(request, '')}; Max-Age=0"


def _cookie(request: HTTPConnection, value: str) -> str:
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{cookie_name(request)}={value}; Path={root_of(request.scope) or '/'}; HttpOnly; SameSite=Strict{secure}"


def _same(given: str, wanted: str) -> bool:
    """Compare in constant time. The hashes hide the length too."""
    return hmac.compare_digest(sha256(given.encode()).digest(), sha256(wanted.encode()).digest())
