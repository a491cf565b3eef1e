"""Three servers behind a load balancer, killed in turn under load; their database restarts. Nothing is lost."""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.kills.market import Market
from tests.acceptance.servers.cluster import SERVERS, three_servers
from tests.acceptance.servers.crew import LONGEST_BEFORE, Crew
from tests.support.postgres_server import running_postgres

SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
"""The seed of the clients' calls and of the times of kills, but not of the progress of calls by then."""

FEWEST_KILLS = 3
"""Generous, for slow machines."""

CUSTOMERS = 4
"""Customers of each account who order and pay."""


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(20, marks=pytest.mark.acceptance), pytest.param(120, marks=pytest.mark.soak)],
)
def test_servers_killed_in_turn_lose_and_repeat_nothing(
    tmp_path: Path, seconds: int, record_property: Callable[[str, object], None]
) -> None:
    print(f"\nTEST_SEED={SEED}")
    with running_postgres() as postgres, three_servers(postgres, "crew", tmp_path) as cluster:
        crew = Crew(cluster, SEED)
        crew.start()
        while crew.seconds < seconds / 2:
            crew.work_while_a_server_is_killed()
        crew.work_while_the_database_restarts()
        while crew.seconds < seconds or crew.kills < FEWEST_KILLS:
            crew.work_while_a_server_is_killed()
        crew.end()
    print(crew.report())
    record_property("figures", f"{crew.figures()}, TEST_SEED={SEED}")


@pytest.mark.parametrize(
    "kills", [pytest.param(2, marks=pytest.mark.acceptance), pytest.param(15, marks=pytest.mark.soak)]
)
def test_servers_killed_in_turn_lose_and_double_neither_servers_nor_money(tmp_path: Path, kills: int) -> None:
    print(f"\nTEST_SEED={SEED}")
    market = Market(SEED, CUSTOMERS)
    with running_postgres() as postgres, three_servers(postgres, "market", tmp_path) as cluster:
        url = cluster.balancer.url
        market.make_worlds(url)
        for _ in range(kills):
            number = market.chance.randrange(SERVERS)
            with market.working(url):
                time.sleep(market.chance.uniform(0.5, LONGEST_BEFORE))
                cluster.kill(number)
                cluster.start(number)
                cluster.wait_until_healthy()
            cluster.wait_until_quiet()
            market.settle(url)
        market.finish(url)
    print(market.report())
