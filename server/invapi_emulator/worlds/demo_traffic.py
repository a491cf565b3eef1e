"""Demo traffic: light traffic on the account demo, from a client of the public API.

The VM with rotation on creates snapshots, is powered on and off, and fails occasionally. All VMs are queried.
The account's seed decides the next step; there is one every two seconds of real time.
"""

import asyncio
import json
from asyncio import sleep
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from invapi_emulator.domain.accounts import DEMO
from invapi_emulator.randomness import Chance

STEP_SECONDS = 2
USER_AGENT = "invapi-emulator --live"
FAILS_ONCE_IN = 6
UNDER_WAY = ("Not ready", "Stage")
"""Results of a check of a running task."""

_LOOKS = (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status"))
_CHANGES = (("vm", "create_snapshot"), ("vm", "create_snapshot"), ("eq", "on"), ("eq", "off"))

Json = dict[str, Any]


class DemoTraffic:
    """The traffic. It waits for the end of a task before it starts another."""

    def __init__(self, application: ASGIApp, admin_token: str = "") -> None:
        self._application = application
        self._admin_token = admin_token
        self._step = 0
        self._waits_for: str | None = None
        self._rule: int | None = None

    async def run(self) -> None:
        """Repeat `step` until cancelled."""
        while True:
            await self.step()
            await sleep(STEP_SECONDS)

    async def step(self) -> None:
        """Check the running task; if there is none, make another call."""
        if self._waits_for is not None:
            answer = await self._call("eq_callback", action="check", key=self._waits_for)
            if answer.get("result") not in UNDER_WAY:
                self._waits_for = None
            return
        account = await self._control("GET", "")
        vms = (await self._control("GET", "/vms")).get("vms", [])
        if not vms:
            return
        module, fields = await self._planned(account, vms)
        answer = await self._call(module, token=account["token"], **fields)
        self._waits_for = answer.get("callback")

    async def _planned(self, account: Json, vms: list[Json]) -> tuple[str, Json]:
        """Return the next call: its module and fields."""
        self._step += 1
        chance = Chance(account["seed"], DEMO, repeatable=True)

        def one_of(count: int, what: str) -> int:
            return int(chance.fraction("live", self._step, what) * count)

        busy = next((vm for vm in vms if _rotates(vm)), None)
        if busy is None or one_of(2, "look or change") == 0:
            module, action = _LOOKS[one_of(len(_LOOKS), "look")]
            with_snapshots = [vm for vm in vms if vm["kind"] == "VPS"]
            among = with_snapshots if action == "get_snapshot" and with_snapshots else vms
            return module, {"action": action, "id": among[one_of(len(among), "vm")]["id"]}
        module, action = _CHANGES[one_of(len(_CHANGES), "change")]
        await self._let_fail(busy["id"], fails=one_of(FAILS_ONCE_IN, "fails") == 0)
        name = {"name": f"auto-{_next_number(busy)}"} if action == "create_snapshot" else {}
        return module, {"action": action, "id": busy["id"], **name}

    async def _let_fail(self, vm_id: int, *, fails: bool) -> None:
        """Remove the last fault rule. If `fails`, add one for the next change of this VM."""
        if self._rule is not None:
            await self._control("DELETE", f"/faults/{self._rule}")
            self._rule = None
        if fails:
            rule = {"kind": "task_fails", "match": {"id": vm_id}, "error": "no space left on the storage"}
            self._rule = (await self._control("POST", "/faults", rule)).get("id")

    async def _call(self, module: str, **fields: Any) -> Json:
        """Call a module and return its answer."""
        form = urlencode(fields).encode()
        return await self._ask("POST", f"/{module}.php", form, "application/x-www-form-urlencoded")

    async def _control(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the control API for the account demo and return its answer."""
        content = b"" if body is None else json.dumps(body).encode()
        return await self._ask(method, f"/_emulator/accounts/{DEMO}{path}", content, "application/json")

    async def _ask(self, method: str, path: str, body: bytes, content_type: str) -> Json:
        """Send a request to the application itself, as a client on this machine would."""
        headers = {
            "host": "localhost",
            "user-agent": USER_AGENT,
            "content-type": content_type,
            "content-length": str(len(body)),
        }
        if self._admin_token:
            headers["authorization"] = f"Bearer {self._admin_token}"
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "extensions": {},
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 0), "server": ("localhost", 80),
        }  # fmt: skip
        sent: list[bytes] = []
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            if unread:
                return unread.pop()
            return await asyncio.Future()  # it waits for its answer, however late

        async def send(message: Message) -> None:
            sent.append(message.get("body", b""))

        try:
            await self._application(scope, receive, send)
        except ConnectionError:
            return {}  # a fault rule ended the connection
        try:
            answer: Json = json.loads(b"".join(sent) or b"{}")
        except ValueError:
            return {}  # a fault rule made it invalid JSON, as for any client
        return answer


def _rotates(vm: Json) -> bool:
    return any(of_type["enable_rotation"] for of_type in vm["settings"].values())


def _next_number(vm: Json) -> int:
    """Return a number that is larger than those in the names of the VM's snapshots."""
    numbers = [row["name"].removeprefix("auto-") for row in vm["snapshots"]]
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1
