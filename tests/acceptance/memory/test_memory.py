"""A server in memory, under a day's mix of calls: what it holds is bounded, and so is its memory."""

import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from processes import Served, served
from traffic import Client
from wire import Wire

STEPS = 20
"""Memory is read so often, evenly over the calls."""

MOST_GROWTH = 1.2

ACCOUNTS = (
    {"name": "by-hand", "scenario": "demo", "clock": "frozen"},
    {"name": "on-auto", "scenario": "demo", "clock": "auto"},
    {"name": "with-resets", "scenario": "demo", "clock": {"mode": "real", "rate": 1000}},
)
"""Tasks of the first go because there are 10,000, those of the second once a day old, of the third by resets."""

CLIENTS_OF = (0, 0, 0, 1, 1, 2)
"""Which of the accounts each client calls for."""


@pytest.mark.parametrize(
    ("calls", "warm_up"),
    [
        pytest.param(20_000, STEPS // 2, marks=pytest.mark.acceptance),
        pytest.param(int(os.environ.get("SOAK_CALLS", "1000000")), STEPS // 10, marks=pytest.mark.soak),
    ],
)
def test_memory_is_flat_after_the_warm_up(calls: int, warm_up: int) -> None:
    """A tenth of a million calls fills every journal, list of tasks and of events; of the short form, half does not.

    So the short form only finds what leaks two kilobytes or more a call.
    """
    with served("--log-level", "error", "--seed", "1") as server:
        print(f"\n{'calls':>9} {'RSS MiB':>8} {'calls/s':>8}\n{0:>9} {memory_mib(server):>8.1f}")
        mix = clients(server)
        seen = [step(server, mix, calls // STEPS, number) for number in range(1, STEPS + 1)]
    answers = sum((client.answers for client in mix), Counter[str]())
    print(", ".join(f"{reason} {count}" for reason, count in answers.most_common()))
    assert sum(answers.values()) == sum(calls // STEPS // len(mix) for _ in mix) * STEPS
    assert seen[-1] <= MOST_GROWTH * seen[warm_up - 1], seen


def clients(server: Served) -> list[Client]:
    with Wire(server.url) as wire:
        accounts = [wire.control("POST", "/accounts", wanted).json() for wanted in ACCOUNTS]
    return [Client(accounts[whose], seed) for seed, whose in enumerate(CLIENTS_OF)]


def step(server: Served, mix: list[Client], calls: int, number: int) -> float:
    """Let all clients make their share of calls at once; return the server's memory after it, in MiB."""
    began = time.monotonic()
    with ThreadPoolExecutor(len(mix)) as pool:
        list(pool.map(lambda client: client.work(server.url, calls // len(mix)), mix))
    held = memory_mib(server)
    print(f"{calls * number:>9} {held:>8.1f} {calls / (time.monotonic() - began):>8.0f}", flush=True)
    return held


def memory_mib(server: Served) -> float:
    """Return the memory that the server has resident."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None
    return int(resident[1]) / 1024
