"""Calls per second of one, two and three servers on one PostgreSQL database: make bench-scaling."""

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from benchmarks.servers import Server, emulator
from benchmarks.wrk import Driven, drive
from tests.support.postgres_server import Postgres, running_postgres

CONNECTIONS = 24
MOST_SERVERS = 3


@dataclass(frozen=True)
class Load:
    """A call, and the number of accounts that take turns in it."""

    name: str
    action: str
    accounts: int


LOADS = (
    Load("`get_snapshot`, 100 accounts", "get_snapshot", 100),
    Load("`get_snapshot`, one account", "get_snapshot", 1),
    Load("`show`, 100 accounts", "show", 100),
    Load("`show`, one account", "show", 1),
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=int, default=3)
    wanted = asked.parse_args()
    print(f"{len(os.sched_getaffinity(0))} cores, {CONNECTIONS} connections in all, {wanted.rounds} rounds")
    with running_postgres() as postgres:
        for count in range(1, MOST_SERVERS + 1):
            with _together(postgres, count) as servers:
                for load in LOADS:
                    _measured(load, servers, wanted.rounds, wanted.seconds)


@contextmanager
def _together(postgres: Postgres, count: int) -> Iterator[list[Server]]:
    db = postgres.url(f"scaling_{count}")
    with ExitStack() as running:
        yield [running.enter_context(emulator("--db", db, "--clock", "frozen")) for _ in range(count)]


def _measured(load: Load, servers: Sequence[Server], rounds: int, seconds: int) -> None:
    rates, slow = [], []
    for _ in range(rounds):
        driven = _driven(load, servers, seconds)
        rates.append(sum(each.per_second for each in driven))
        slow.append(max(each.p99 for each in driven))
        assert not any(each.failed for each in driven)
    print(
        f"{len(servers)} servers: {load.name}: {median(rates):.0f} calls/s, p99 {median(slow):.1f} ms",
        flush=True,
    )


def _driven(load: Load, servers: Sequence[Server], seconds: int) -> list[Driven]:
    path = "/vm.php" if load.action == "get_snapshot" else "/eq.php"
    bodies = [
        urlencode({"action": load.action, "token": token, "id": 12345})
        for token in _tokens(servers[0], load.accounts)
    ]

    def one(server: Server) -> Driven:
        url = f"http://127.0.0.1:{server.port}{path}"
        return drive(url, "in_turn.lua", *bodies, connections=CONNECTIONS // len(servers), seconds=seconds)

    with ThreadPoolExecutor(len(servers)) as pool:
        return list(pool.map(one, servers))


def _tokens(server: Server, count: int) -> list[str]:
    with server.client() as client:
        return [client.control("POST", "/accounts", {"clock": "frozen"})["token"] for _ in range(count)]


if __name__ == "__main__":
    main()
