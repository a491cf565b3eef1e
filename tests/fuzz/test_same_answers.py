"""SQLite and PostgreSQL give the same answers to the same random calls, to the byte."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.caller import HANGS_AFTER, Caller
from tests.fuzz.demo_and_model import Bench
from tests.fuzz.differential import BothServers, SameEvents
from tests.fuzz.on_both import OnBoth
from tests.fuzz.sizes import SEED
from tests.support.harness import SEED as SERVERS_SEED
from tests.support.postgres_server import running_postgres
from tests.support.processes import served

CALLS = 5_000
ROUNDS, EXAMPLES, STEPS = 24, 5, 50
FLAGS = ("--clock", "frozen", "--seed", str(SERVERS_SEED), "--log-level", "error")


@pytest.mark.acceptance
def test_both_databases_give_the_same_answers_to_the_same_calls(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    since = time.monotonic()
    with (
        running_postgres() as postgres,
        served("--db", str(tmp_path / "worlds.db"), *FLAGS) as one,
        served("--db", postgres.url("worlds"), *FLAGS) as other,
        both_servers(one.url, other.url) as (both, bench),
    ):
        for number in range(ROUNDS):
            if bench.caller.calls < CALLS:
                call_by_chance(SEED + number, bench)
    told = f"calls={bench.caller.calls} answers compared={both.compared}"
    record_property("figures", f"{told} seconds={time.monotonic() - since:.0f} TEST_SEED={SEED}")
    assert bench.caller.calls >= CALLS


def call_by_chance(drawn_from: int, on: Bench) -> None:
    class OnThese(OnBoth):
        bench = on

    run_state_machine_as_test(
        seed(drawn_from)(OnThese),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


@contextmanager
def both_servers(one: str, other: str) -> Iterator[tuple[BothServers, Bench]]:
    """Return a client that asks both servers."""
    with httpx.Client(base_url=one) as first, httpx.Client(base_url=other) as second:
        caller = Caller(one)
        caller.close()
        both = BothServers(one, other)
        caller.http = httpx.Client(base_url=one, timeout=HANGS_AFTER, transport=both)
        try:
            key = caller.make_neighbour()
            yield both, Bench(caller, SameEvents(first, second), key)
        finally:
            caller.close()
