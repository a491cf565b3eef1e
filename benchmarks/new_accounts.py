"""The time to create an account and to reset it, as the client sees it."""

import time

from benchmarks.client import Client
from benchmarks.loads import CONNECTIONS, LIST
from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.servers import Server
from benchmarks.stand import stand
from benchmarks.wrk import drive

TIMES = 50
CALLS = 20_000


def measure(plan: Plan) -> list[Row]:
    made: list[float] = []
    reset: list[float] = []
    with stand(plan.folder) as servers, servers.in_memory.client() as client:
        client.control("GET", "/health")
        for number in range(TIMES):
            made.append(_took(client, "/accounts", {"name": f"a{number}"}))
            reset.append(_took(client, f"/accounts/a{number}/reset"))
            client.control("DELETE", f"/accounts/a{number}")
        full = [_reset_after_calls(servers.in_memory, client) for _ in range(plan.rounds)]
    return [
        Row(
            "account",
            "a new account with the demo world",
            "ms",
            {"emulator": made},
            made,
            "ms",
            Target("≤", 5),
        ),
        Row("reset", "its reset", "ms", {"emulator": reset}, reset, "ms", Target("≤", 5)),
        Row(
            "reset_full",
            f"a reset right after {CALLS:,} calls",
            "ms",
            {"emulator": full},
            full,
            "ms",
            Target("≤", 25),
        ),
    ]


def _reset_after_calls(server: Server, client: Client) -> float:
    client.control("POST", "/accounts/demo/reset")
    url, made = f"http://127.0.0.1:{server.port}/vm.php", 0
    while made < CALLS:
        made += drive(url, "same_call.lua", LIST, connections=CONNECTIONS, seconds=2).calls
    return _took(client, "/accounts/demo/reset")


def _took(client: Client, path: str, body: object = None) -> float:
    began = time.perf_counter()
    client.control("POST", path, body)
    return (time.perf_counter() - began) * 1000
