"""An emulator on a real port, and a client that calls it, for tests."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

import invapi_emulator.application  # noqa: F401 - fills the tables that tests are parametrized over
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.testing import Account, serving
from invapi_emulator.testing import Emulator as PublicEmulator
from tests.support.fake_clock import FakeClock, fresh_database

TOKEN = "HOSTKEY_TOKEN"
SEED = 7
MORE = int(os.environ.get("TEST_MORE", "1"))
"""The factor for the number of examples of property tests (make long)."""

Json = dict[str, Any]


@dataclass
class Running:
    """A server in a thread of this process."""

    url: str
    time: FakeClock


@contextmanager
def running(time: FakeClock | None = None, **settings: Any) -> Iterator[Running]:
    """Serve on a free port until the block ends, on the given database or on a new one."""
    time = time or FakeClock()
    with ExitStack() as own:
        if "db" not in settings:
            settings["db"] = own.enter_context(fresh_database(time))
        assume = os.environ.get("TEST_ASSUME")  # options for all tests that do not choose any
        chosen = {"clock": "frozen", "seed": SEED} | ({"assume": assume} if assume else {}) | settings
        url = own.enter_context(serving(read_settings(chosen), time))
        yield Running(url, time)


_DEMO = {
    "name": "demo",
    "token": TOKEN,
    "api_key": "demo-api-key",
    "user": "demo@example.com",
    "password": "demo-password",
    "seed": SEED,
    "vms": [12345, 12346, 12347, 12348],
}


class _KeptAlive(PublicEmulator):
    """The public client over one connection that stays open, which also checks what every answer must be."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(str(http.base_url))
        self._http = http

    def _sent(
        self, method: str, path: str, content: str | bytes | None, headers: Mapping[str, str], _within: float
    ) -> tuple[int, str | None, bytes]:
        response = self._http.request(method, path, content=content, headers=headers)
        assert response.headers["content-type"] == "application/json"
        return response.status_code, response.headers.get("x-emulator-reason"), response.content


class Emulator(Account):
    """The public client on the account `demo`, with short forms of frequent calls."""

    def __init__(self, server: Running, http: httpx.Client) -> None:
        super().__init__(_KeptAlive(http), _DEMO)
        self.time = server.time
        self.http = http

    # The imitated API

    def call_vm(self, action: str, vm: int = 12345, **fields: Any) -> Json:
        return self.call("vm", action, id=vm, **fields)

    def eq(self, action: str, vm: int = 12345, **fields: Any) -> Json:
        return self.call("eq", action, id=vm, **fields)

    def answer(self, response: httpx.Response) -> Json:
        """Return the body. A refusal also gets the header's reason as `reason`."""
        assert response.headers["content-type"] == "application/json"
        body: Json = response.json()
        reason = response.headers.get("x-emulator-reason")
        return body | {"reason": reason} if reason else body

    def start(self, module: str, action: str, vm: int = 12345, **fields: Any) -> str:
        """Call an action that must be accepted and start a task. Return its key."""
        answer = self.call(module, action, id=vm, **fields)
        assert answer.get("result") == "OK", answer
        key: str = answer["callback"]
        return key

    def do(self, module: str, action: str, vm: int = 12345, **fields: Any) -> Json:
        """Start a task, advance the clock to its end, and return what its check says."""
        key = self.start(module, action, vm, **fields)
        self.advance(until=key)
        return self.check(key)

    def listed(self, vm: int = 12345, **fields: Any) -> list[str]:
        """Return the names of a VM's snapshots, oldest first."""
        return [row["name"] for row in self.call_vm("get_snapshot", vm, **fields)["snapshots"]]

    # The control API

    def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Json:
        """Call the control API for the account. It must answer with this status."""
        content = None if body is None else json.dumps(body)
        response = self.http.request(method, f"/_emulator/accounts/demo{path}", content=content)
        assert response.status_code == status, response.text
        answer: Json = response.json()
        return answer

    def fault(self, kind: str, *, allow_unused: bool = True, **fields: Any) -> Json:
        """Write a fault rule. Tests check themselves how often it fires."""
        return super().fault(kind, allow_unused=allow_unused, **fields)
