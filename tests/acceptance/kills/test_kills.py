"""`kill -9` under load: acknowledged calls are kept, all others happened completely or not at all."""

import os
import random
from pathlib import Path

import pytest

from tests.acceptance.kills.killed_server import LONGEST_START, Killed, killed_start
from tests.acceptance.kills.team import Team
from tests.support.processes import served

VMS_OF_CLIENTS = ((1, 2), (3, 4))
"""The VMs of each client of an account."""

SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
"""The seed of the clients' calls and of the times of kills, but not of the progress of calls by then."""


@pytest.mark.parametrize(
    "kills",
    [pytest.param(8, marks=pytest.mark.acceptance), pytest.param(50, marks=pytest.mark.soak)],
)
def test_a_repeatedly_killed_server_loses_nothing(tmp_path: Path, kills: int) -> None:
    print(f"\nTEST_SEED={SEED}")
    killed = Killed(str(tmp_path / "worlds.db"), Team(SEED, VMS_OF_CLIENTS))
    killed.run(kills)
    print(killed.report())


@pytest.mark.parametrize(
    "times",
    [pytest.param(5, marks=pytest.mark.acceptance), pytest.param(50, marks=pytest.mark.soak)],
)
def test_a_killed_first_start_leaves_a_file_that_the_next_start_accepts(tmp_path: Path, times: int) -> None:
    print(f"\nTEST_SEED={SEED}")
    chance = random.Random(SEED)
    for number in range(times):
        db = str(tmp_path / f"{number}.db")
        killed_start(db, chance.uniform(0, LONGEST_START))
        with served("--db", db) as server, server.emulator() as emulator:
            assert emulator.listed() == ["fresh-install", "before-release"]
