"""A server in memory, under a day's mix of calls: its content is bounded, and so is its memory."""

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.memory.traffic import Client
from tests.support.processes import Served, served
from tests.support.wire import Wire

STEPS = 20
"""The number of parts the calls are made in. Memory is compared after each."""

MOST_GROWTH = 1.2

ACCOUNTS = (
    {"name": "by-hand", "scenario": "demo", "clock": "frozen"},
    {"name": "on-auto", "scenario": "demo", "clock": "auto"},
    {"name": "with-resets", "scenario": "demo", "clock": {"mode": "real", "rate": 1000}},
)
"""Tasks of the first are dropped at 10,000, those of the second after a day, those of the third by resets."""

CLIENTS_OF = (0, 0, 0, 1, 1, 2)
"""The account that each client calls for."""


@pytest.mark.parametrize(
    ("calls", "warm_up"),
    [
        pytest.param(20_000, STEPS // 2, marks=pytest.mark.acceptance),
        pytest.param(int(os.environ.get("SOAK_CALLS", "1000000")), STEPS // 10, marks=pytest.mark.soak),
    ],
)
def test_memory_is_flat_after_the_warm_up(calls: int, warm_up: int) -> None:
    """The long warm-up of 100,000 calls fills every journal and list of tasks and events; the short one does not.

    So the short form only finds leaks of two kilobytes or more for each call.
    """
    with served("--log-level", "error", "--seed", "1") as server:
        print(
            f"\n{'calls':>9} {'held MiB':>8} {'at most':>8} {'calls/s':>8}\n{0:>9} {memory_mib(server):>8.1f}"
        )
        mix = clients(server)
        seen = [step(server, mix, calls // STEPS, number) for number in range(1, STEPS + 1)]
    answers = sum((client.answers for client in mix), Counter[str]())
    print(", ".join(f"{reason} {count}" for reason, count in answers.most_common()))
    assert sum(answers.values()) == sum(calls // STEPS // len(mix) for _ in mix) * STEPS
    filled = seen[warm_up]  # the minimum of the part after it: what was in memory when the warm-up ended
    assert seen[-1] <= MOST_GROWTH * filled, seen


def clients(server: Served) -> list[Client]:
    with Wire(server.url) as wire:
        accounts = [wire.control("POST", "/accounts", wanted).json() for wanted in ACCOUNTS]
    return [Client(accounts[whose], seed) for seed, whose in enumerate(CLIENTS_OF)]


def step(server: Served, mix: list[Client], calls: int, number: int) -> float:
    """Let all clients make their share of calls at once. Return the memory of the server, in MiB.

    That is the minimum of many readings. Anything above it is in use for a moment, for example for an export
    of ten thousand tasks, and is given back; a leak is not.
    """
    began = time.monotonic()
    with watched(server) as seen, ThreadPoolExecutor(len(mix)) as pool:
        list(pool.map(lambda client: client.work(server.url, calls // len(mix)), mix))
    speed = calls / (time.monotonic() - began)
    print(f"{calls * number:>9} {min(seen):>8.1f} {max(seen):>8.1f} {speed:>8.0f}", flush=True)
    return min(seen)


@contextmanager
def watched(server: Served) -> Iterator[list[float]]:
    """Read the server's memory every second."""
    seen, stopped = [memory_mib(server)], threading.Event()

    def watch() -> None:
        while not stopped.wait(1):
            seen.append(memory_mib(server))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        stopped.set()
        watching.join()


def memory_mib(server: Served) -> float:
    """Return the resident memory of the server."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None
    return int(resident[1]) / 1024
