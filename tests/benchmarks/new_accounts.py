"""How long a new account and its reset take, as the client sees them."""

import time

from client import Client
from plan import Plan
from row import Row, Target
from stand import stand

TIMES = 50


def measure(plan: Plan) -> list[Row]:
    made: list[float] = []
    reset: list[float] = []
    with stand(plan.folder) as servers, servers.in_memory.client() as client:
        client.control("GET", "/health")
        for number in range(TIMES):
            made.append(_took(client, "/accounts", {"name": f"a{number}"}))
            reset.append(_took(client, f"/accounts/a{number}/reset"))
            client.control("DELETE", f"/accounts/a{number}")
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
    ]


def _took(client: Client, path: str, body: object = None) -> float:
    began = time.perf_counter()
    client.control("POST", path, body)
    return (time.perf_counter() - began) * 1000
