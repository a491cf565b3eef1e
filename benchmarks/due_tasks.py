"""Ten thousand tasks due in the same second: the time until all are in effect, and calls meanwhile."""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

from benchmarks.client import Client
from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.servers import DEADLINE, Server
from benchmarks.stand import stand

TASKS = 10_000
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
STAGES = [
    {"name": name, "ends_at": (BEGAN + timedelta(seconds=seconds)).isoformat()}
    for name, seconds in (("prepare", 4), ("copy disk", 32), ("upload image", 36))
]
JUST_BEFORE = (BEGAN + timedelta(seconds=35)).isoformat()


def measure(plan: Plan) -> list[Row]:
    in_effect: list[float] = []
    calls: list[float] = []
    for _ in range(min(plan.rounds, 3)):
        with stand(plan.folder) as servers:
            took, meanwhile = _once(servers.in_memory)
        in_effect.append(took)
        calls += meanwhile
    hundredths = quantiles(calls, n=100, method="inclusive")
    note = f"{len(calls)} checks of one client meanwhile: p50 {hundredths[49]:.2f} ms, p99 {hundredths[98]:.2f} ms"
    note += f", slowest {max(calls):.0f} ms"
    what = f"{TASKS:,} tasks due in the same second: until all are in effect"
    return [Row("due", what, "s", {"emulator": in_effect}, in_effect, "s", Target("≤", 5), note)]


def _once(server: Server) -> tuple[float, list[float]]:
    """Return the seconds until all were in effect, and the milliseconds of each call meanwhile."""
    with server.client() as client:
        account = client.control("POST", "/accounts", {"scenario": "empty", "clock": "frozen"})["name"]
        client.control("PUT", f"/accounts/{account}/state", _world())
        client.control("PUT", f"/accounts/{account}/clock", {"now": JUST_BEFORE})
        other = client.control("POST", "/accounts", {"clock": "frozen"})
        fields = {"token": other["token"], "id": 12345, "name": "nightly"}
        key = client.call("vm", action="create_snapshot", **fields)["callback"]
        server.settle()
        client.control("PUT", f"/accounts/{account}/clock", {"mode": "real", "rate": 1})
        time.sleep(0.9)
        prober = Prober(server, key)
        time.sleep(0.1)
        took = _all_in_effect(client)
        return took, prober.stop()


def _world() -> dict[str, Any]:
    task = {
        "action": "create_snapshot",
        "context": {"name": "nightly"},
        "created_at": BEGAN.isoformat(),
        "stages": STAGES,
    }
    vms = [{"id": number, "tasks": [task]} for number in range(1, TASKS + 1)]
    return {"clock": {"mode": "frozen", "now": BEGAN.isoformat()}, "vms": vms}


def _all_in_effect(client: Client) -> float:
    """Wait until only the prober's task is under way. Return the seconds that this took."""
    began = time.monotonic()
    while time.monotonic() < began + DEADLINE:
        found = re.search(
            r'invapi_emulator_tasks\{state="running"\} ([\d.e+]+)', client.ask("GET", "/metrics").decode()
        )
        if found is None or float(found[1]) <= 1:
            return time.monotonic() - began
        time.sleep(0.1)
    raise RuntimeError(f"after {DEADLINE} s tasks are still under way")


class Prober:
    """A client of another account that keeps checking its task."""

    def __init__(self, server: Server, key: str) -> None:
        self._server, self._key = server, key
        self._took: list[float] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._probe)
        self._thread.start()

    def stop(self) -> list[float]:
        """Return the milliseconds of each call."""
        self._stopped.set()
        self._thread.join()
        return self._took

    def _probe(self) -> None:
        with self._server.client() as client:
            while not self._stopped.is_set():
                began = time.perf_counter()
                answer = client.call("eq_callback", action="check", key=self._key)
                self._took.append((time.perf_counter() - began) * 1000)
                assert answer["result"] == "Not ready"
