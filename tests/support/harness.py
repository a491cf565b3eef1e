"""An emulator on a real port, and a client that calls it, for tests."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

import invapi_emulator.application  # noqa: F401 - fills the tables that tests are parametrized over
from invapi_emulator.settings import read_settings
from invapi_emulator.testing import serving
from tests.support.fake_clock import FakeClock, fresh_database

TOKEN = "HOSTKEY_TOKEN"
SEED = 7
ASSUME = os.environ.get("TEST_ASSUME", "")
"""The options of assumptions in all tests that name none themselves; empty for the defaults."""

MORE = int(os.environ.get("TEST_MORE", "1"))
"""How many times as many examples the property tests try (make long)."""

Json = dict[str, Any]


@dataclass
class Running:
    """A server in a thread of this process."""

    url: str
    time: FakeClock


@contextmanager
def running(time: FakeClock | None = None, **settings: Any) -> Iterator[Running]:
    """Serve on a free port until the block is left: on the database that is named, or on one of its own."""
    time = time or FakeClock()
    with ExitStack() as own:
        if "db" not in settings:
            settings["db"] = own.enter_context(fresh_database(time))
        chosen = {"clock": "frozen", "seed": SEED} | ({"assume": ASSUME} if ASSUME else {}) | settings
        url = own.enter_context(serving(read_settings(chosen), time))
        yield Running(url, time)


class Emulator:
    """A client of the account `demo`: calls of the imitated API, and of the control API."""

    def __init__(self, server: Running, http: httpx.Client) -> None:
        self.url = server.url
        self.time = server.time
        self.http = http

    # The imitated API

    def call(self, module: str, action: str, **fields: Any) -> Json:
        """Call an action with the account's token, unless another one is given, and return the answer."""
        form = {"action": action, "token": TOKEN} | fields
        return self.answer(self.http.post(f"/{module}.php", data=form))

    def vm(self, action: str, vm: int = 12345, **fields: Any) -> Json:
        return self.call("vm", action, id=vm, **fields)

    def eq(self, action: str, vm: int = 12345, **fields: Any) -> Json:
        return self.call("eq", action, id=vm, **fields)

    def check(self, key: str) -> Json:
        return self.answer(self.http.post("/eq_callback.php", data={"action": "check", "key": key}))

    def answer(self, response: httpx.Response) -> Json:
        """Return the body; a refusal's gets the header's reason as `reason`."""
        assert response.headers["content-type"] == "application/json"
        body: Json = response.json()
        reason = response.headers.get("x-emulator-reason")
        return body | {"reason": reason} if reason else body

    def start(self, module: str, action: str, vm: int = 12345, **fields: Any) -> str:
        """Call an action that must be accepted and starts a task; return its key."""
        answer = self.call(module, action, id=vm, **fields)
        assert answer.get("result") == "OK", answer
        key: str = answer["callback"]
        return key

    def do(self, module: str, action: str, vm: int = 12345, **fields: Any) -> Json:
        """Start a task, let the time pass that it takes, and return what its check says."""
        key = self.start(module, action, vm, **fields)
        self.advance(until=key)
        return self.check(key)

    def listed(self, vm: int = 12345, **fields: Any) -> list[str]:
        """Return the names of a VM's snapshots, oldest first."""
        return [row["name"] for row in self.vm("get_snapshot", vm, **fields)["snapshots"]]

    # The control API

    def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Json:
        """Call the control API for the account, which must answer with this status."""
        content = None if body is None else json.dumps(body)
        response = self.http.request(method, f"/_emulator/accounts/demo{path}", content=content)
        assert response.status_code == status, response.text
        answer: Json = response.json()
        return answer

    def advance(self, seconds: float | None = None, until: str | None = None) -> Json:
        wanted = {"seconds": seconds} if until is None else {"until": until}
        return self.control("POST", "/clock/advance", wanted)

    def clock(self, **changes: Any) -> Json:
        return self.control("PUT", "/clock", changes) if changes else self.control("GET", "/clock")

    def assume(self, **options: str) -> Json:
        """Set options of assumptions: `A_12="no"` is A-12=no; the next test has the defaults again."""
        return self.control(
            "PUT", "/assumptions", {id_.replace("_", "-"): option for id_, option in options.items()}
        )

    def reset(self, **wanted: Any) -> Json:
        return self.control("POST", "/reset", wanted)

    def fault(self, kind: str, **fields: Any) -> Json:
        """Order a fault, and return its rule."""
        return self.control("POST", "/faults", {"kind": kind, **fields}, status=201)

    def whole(self, vm: int = 12345) -> Json:
        """Return a VM as the control API shows it."""
        return self.control("GET", f"/vms/{vm}")

    def tasks(self) -> list[Json]:
        tasks: list[Json] = self.control("GET", "/tasks")["tasks"]
        return tasks
