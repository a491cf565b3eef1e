"""Check the admin token of a request: in a header or, from the page, by a session that began with it."""

import hmac
from hashlib import sha256

from starlette.requests import HTTPConnection

from invapi_emulator.control.wrong_tokens import WrongTokens
from invapi_emulator.control_errors import ControlError
from invapi_emulator.domain.instants import HOUR
from invapi_emulator.randomness import new_session
from invapi_emulator.server.paths import root_of
from invapi_emulator.storage import admin_sessions
from invapi_emulator.storage.database import Database

SESSION_LIFE = 12 * HOUR
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class AdminAuth:
    """Checks requests against the admin token. Without a token, every request passes.

    The cookie of a session is random. The store has its hash, which is keyed with the admin token: another token
    ends all sessions, and who reads the store can make no cookie of it. Servers with one store share their sessions.
    """

    def __init__(self, admin_token: str, database: Database, wrong_tokens: WrongTokens) -> None:
        self.open_to_all = not admin_token
        self._token = admin_token
        self._database = database
        self._wrong_tokens = wrong_tokens

    def is_token(self, given: str) -> bool:
        return _same(given, self._token)

    def refusal(self, request: HTTPConnection) -> ControlError:
        """Count a wrong token. Return the error to refuse it with."""
        return self._wrong_tokens.refusal(request.client.host if request.client else None)

    def in_header(self, request: HTTPConnection) -> bool | None:
        """Return whether the bearer token is right, None if there is none. Of several, all must be right."""
        given = [
            token
            for token in map(_bearer_token, request.headers.getlist("authorization"))
            if token is not None
        ]
        return all(map(self.is_token, given)) if given else None

    async def in_cookie(self, request: HTTPConnection) -> bool:
        """Return whether the cookie is of a session that goes on; raise DATABASE_LOST."""
        value = request.cookies.get(cookie_name(request), "")
        return bool(value) and await self._database.call(lambda: self._goes_on(self._hash(value)))

    async def begin_session(self, request: HTTPConnection) -> str:
        """Begin a session in place of the browser's former one. Return its `Set-Cookie`, which has no end of its own."""
        value, former = new_session(), request.cookies.get(cookie_name(request), "")
        await self._database.call(lambda: self._begin(self._hash(value), self._hash(former)))
        return _cookie(request, value)

    async def end_session(self, request: HTTPConnection) -> str:
        """End the session of a request. Return the `Set-Cookie` that deletes its cookie."""
        value = request.cookies.get(cookie_name(request), "")
        await self._database.call(lambda: self._end(self._hash(value)))
        return f"{_cookie(request, '')}; Max-Age=0"

    def _hash(self, value: str) -> str:
        return hmac.new(self._token.encode(), value.encode(), sha256).hexdigest()

    def _goes_on(self, hash_: str) -> bool:
        with self._database.read() as tx:
            return admin_sessions.is_valid(tx, hash_, self._database.real_now(tx))

    def _begin(self, hash_: str, former: str) -> None:
        with self._database.transaction() as tx:
            now = self._database.real_now(tx)
            admin_sessions.remove(tx, former)
            admin_sessions.add(tx, hash_, now + SESSION_LIFE, now)

    def _end(self, hash_: str) -> None:
        with self._database.transaction() as tx:
            admin_sessions.remove(tx, hash_)


def cookie_name(request: HTTPConnection) -> str:
    """Return the cookie's name. It has the port, as a browser sends a cookie to all ports of a host."""
    port = request.headers.get("host", "").rpartition(":")[2]
    known = port if port.isascii() and port.isdigit() else _DEFAULT_PORTS.get(request.url.scheme, "80")
    return f"invapi_emulator_{known}"


def _cookie(request: HTTPConnection, value: str) -> str:
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{cookie_name(request)}={value}; Path={root_of(request.scope) or '/'}; HttpOnly; SameSite=Strict{secure}"


def _bearer_token(header: str) -> str | None:
    """Return the token of an Authorization header, None if it is of another scheme."""
    # Headers are decoded as latin-1, but a token may be any text.
    scheme, _, token = header.encode("latin-1").decode("utf-8", "replace").strip(" \t").partition(" ")
    return token.lstrip(" ") if scheme.lower() == "bearer" else None


def _same(given: str, wanted: str) -> bool:
    """Compare in constant time. The hashes hide the length too."""
    return hmac.compare_digest(sha256(given.encode()).digest(), sha256(wanted.encode()).digest())
