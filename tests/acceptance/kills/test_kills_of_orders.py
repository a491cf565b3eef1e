"""`kill -9` while servers are ordered, paid and cancelled: neither servers nor money are lost or doubled."""

import os
import random
from pathlib import Path

import pytest

from tests.acceptance.kills.killed_server import Killed
from tests.acceptance.kills.market import Market
from tests.support.postgres_server import running_postgres

SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
"""The seed of the customers' calls and of the times of kills, but not of the progress of calls by then."""

LIVES = [pytest.param(4, marks=pytest.mark.acceptance), pytest.param(50, marks=pytest.mark.soak)]
CUSTOMERS = 3
"""Customers of each account."""


@pytest.mark.parametrize("kills", LIVES)
def test_kills_lose_and_double_neither_servers_nor_money(tmp_path: Path, kills: int) -> None:
    print(f"\nTEST_SEED={SEED}")
    killed = Killed(str(tmp_path / "worlds.db"), Market(SEED, CUSTOMERS))
    killed.run(kills)
    print(killed.report())


@pytest.mark.parametrize("kills", LIVES)
def test_kills_lose_and_double_none_on_postgresql(kills: int) -> None:
    print(f"\nTEST_SEED={SEED}")
    with running_postgres() as postgres:
        killed = Killed(postgres.url("orders"), Market(SEED, CUSTOMERS))
        killed.run(kills)
    print(killed.report())
