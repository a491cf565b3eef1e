"""Check the token of a request, the admin or the read token: in a header or, from the page, by a session that began with it."""

import hmac
from hashlib import sha256
from typing import Literal, TypeAlias

from starlette.requests import HTTPConnection

from invapi_emulator.control.cookies import cookie_name, set_cookie
from invapi_emulator.control.wrong_tokens import WrongTokens
from invapi_emulator.control_errors import ControlError
from invapi_emulator.domain.instants import HOUR
from invapi_emulator.randomness import new_session
from invapi_emulator.settings import Settings
from invapi_emulator.storage import admin_sessions
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.transaction import Transaction

Rights: TypeAlias = Literal["all", "read"]
"""What a token gives: the admin token all, the read token only what changes nothing."""

SESSION_LIFE = 12 * HOUR


class AdminAuth:
    """Checks requests against the admin token and the read token. Without an admin token, every request passes.

    The cookie of a session is random. The store has its hash, which is keyed with the token that began it: another
    token ends its sessions, and who reads the store can make no cookie of it. Servers with one store share their
    sessions.
    """

    def __init__(self, settings: Settings, database: Database, wrong_tokens: WrongTokens) -> None:
        self.open_to_all = not settings.admin_token
        self._tokens: dict[Rights, str] = {"all": settings.admin_token}
        if settings.read_token:
            self._tokens["read"] = settings.read_token
        self._database = database
        self._wrong_tokens = wrong_tokens

    def rights_of(self, given: str) -> Rights | None:
        """Return what a token gives; None for a wrong one."""
        # Both are compared, so that the time does not tell which one it is.
        right = [rights for rights, token in self._tokens.items() if _same(given, token)]
        return right[0] if right else None

    def refusal(self, request: HTTPConnection) -> ControlError:
        """Count a wrong token. Return the error to refuse it with."""
        return self._wrong_tokens.refusal(request.client.host if request.client else None)

    def in_header(self, request: HTTPConnection) -> Rights | Literal["wrong"] | None:
        """Return what the bearer token gives, None if there is none. Of several, all must be right, and the least counts."""
        headers = map(_bearer_token, request.headers.getlist("authorization"))
        given = [self.rights_of(token) for token in headers if token is not None]
        if not given:
            return None
        if None in given:
            return "wrong"
        return "read" if "read" in given else "all"

    async def in_cookie(self, request: HTTPConnection) -> Rights | None:
        """Return what the session of the cookie gives, None if none goes on; raise DATABASE_LOST."""
        value = request.cookies.get(cookie_name(request), "")
        return await self._database.call(lambda: self._goes_on(value)) if value else None

    async def begin_session(self, request: HTTPConnection, rights: Rights) -> str:
        """Begin a session in place of the browser's former one. Return its `Set-Cookie`, which has no end of its own."""
        value, former = new_session(), request.cookies.get(cookie_name(request), "")
        await self._database.call(lambda: self._begin(self._hash(value, rights), former))
        return set_cookie(request, value)

    async def end_session(self, request: HTTPConnection) -> str:
        """End the session of a request. Return the `Set-Cookie` that deletes its cookie."""
        value = request.cookies.get(cookie_name(request), "")
        await self._database.call(lambda: self._end(value))
        return f"{set_cookie(request, '')}; Max-Age=0"

    def _hash(self, value: str, rights: Rights) -> str:
        return hmac.new(self._tokens[rights].encode(), value.encode(), sha256).hexdigest()

    def _goes_on(self, value: str) -> Rights | None:
        with self._database.read() as tx:
            now = self._database.real_now(tx)
            for rights in self._tokens:
                if admin_sessions.is_valid(tx, self._hash(value, rights), now):
                    return rights
        return None

    def _begin(self, hash_: str, former: str) -> None:
        with self._database.transaction() as tx:
            now = self._database.real_now(tx)
            self._remove(tx, former)
            admin_sessions.add(tx, hash_, now + SESSION_LIFE, now)

    def _end(self, value: str) -> None:
        with self._database.transaction() as tx:
            self._remove(tx, value)

    def _remove(self, tx: Transaction, value: str) -> None:
        for rights in self._tokens:
            admin_sessions.remove(tx, self._hash(value, rights))


def _bearer_token(header: str) -> str | None:
    """Return the token of an Authorization header, None if it is of another scheme."""
    # Headers are decoded as latin-1, but a token may be any text.
    scheme, _, token = header.encode("latin-1").decode("utf-8", "replace").strip(" \t").partition(" ")
    return token.lstrip(" ") if scheme.lower() == "bearer" else None


def _same(given: str, wanted: str) -> bool:
    """Compare in constant time. The hashes hide the length too."""
    return hmac.compare_digest(sha256(given.encode()).digest(), sha256(wanted.encode()).digest())
