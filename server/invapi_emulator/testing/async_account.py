"""The account of a test, for tests with asyncio. It needs httpx."""

import ssl
from asyncio import to_thread
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.emulator import form_pairs
from invapi_emulator.testing.failure import Json

P = ParamSpec("P")
R = TypeVar("R")

NEEDS_HTTPX = "invapi_async needs httpx: pip install 'invapi-emulator[async]'"

try:
    import httpx
except ImportError as missing:
    raise ImportError(NEEDS_HTTPX) from missing


class AsyncAccount:
    """An account whose calls are awaited. `account` is the account itself; its attributes are here, too.

    `client()` is a new httpx.AsyncClient for the account's URL, for a client under test. The control API is called in a
    thread, so the event loop goes on.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.url, self.name, self.token, self.api_key = (
            account.url,
            account.name,
            account.token,
            account.api_key,
        )
        self.user, self.password = account.user, account.password

    def __repr__(self) -> str:
        return f"<Async{repr(self.account)[1:]}"

    @property
    def seed(self) -> int:
        return self.account.seed

    @property
    def vms(self) -> list[int]:
        return self.account.vms

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a client with the account's base URL and the test CA. Options are those of httpx.AsyncClient."""
        is_tls = self.url.startswith("https:")
        verify = ssl.create_default_context(cafile=self.account.emulator.ca) if is_tls else False
        return httpx.AsyncClient(**{"base_url": self.url, "verify": verify, "trust_env": False, **options})

    async def call(self, module: str, action: str, **fields: Any) -> Json:
        """Call an action of the imitated API as `Account.call` does, through httpx."""
        return await self._sent(module, {"action": action, "token": self.token} | fields)

    async def check(self, key: str) -> Json:
        """Check a task by its key with `eq_callback` `check`; return the answer."""
        return await self._sent("eq_callback", {"action": "check", "key": key})

    async def control(self, method: Callable[P, R], *args: P.args, **fields: P.kwargs) -> R:
        """Call a method of `account` in a thread: `await invapi_async.control(invapi_async.account.export)`."""
        __tracebackhide__ = True
        return await to_thread(method, *args, **fields)

    async def advance(self, seconds: float | None = None, *, until: str | None = None) -> Json:
        __tracebackhide__ = True
        return await to_thread(self.account.advance, seconds, until=until)

    async def advance_until_idle(self) -> Json:
        __tracebackhide__ = True
        return await to_thread(self.account.advance_until_idle)

    async def vm(self, vm_id: int) -> Json:
        __tracebackhide__ = True
        return await to_thread(self.account.vm, vm_id)

    async def tasks(self) -> list[Json]:
        __tracebackhide__ = True
        return await to_thread(lambda: self.account.tasks)

    async def requests(self, **wanted: Any) -> list[Json]:
        __tracebackhide__ = True
        return await to_thread(self.account.requests, **wanted)

    async def verify(self, **expected: Any) -> int:
        __tracebackhide__ = True
        return await to_thread(self.account.verify, **expected)

    async def fault(self, kind: str, *, allow_unused: bool = False, **fields: Any) -> Json:
        __tracebackhide__ = True
        return await to_thread(self.account.fault, kind, allow_unused=allow_unused, **fields)

    async def _sent(self, module: str, fields: Json) -> Json:
        __tracebackhide__ = True
        async with self.client() as client:
            response = await client.post(f"/{module}.php", data=dict(form_pairs(fields)))
        answer: Json = response.json()
        reason = response.headers.get("X-Emulator-Reason")
        return answer | {"reason": reason} if reason else answer
