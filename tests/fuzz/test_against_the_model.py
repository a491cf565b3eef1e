"""A real server agrees with the model after every step of random calls, faults, clock moves and resets."""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.caller import Caller
from tests.fuzz.demo_and_model import Bench
from tests.fuzz.sizes import SEED, SIZES, settle_account
from tests.fuzz.told_events import ToldEvents
from tests.fuzz.whole_rounds import WholeRounds
from tests.support.harness import SEED as SERVERS_SEED
from tests.support.processes import CHECKED, served

STEPS = 50
EXAMPLES = {"quick": 45, "soak": 390}
FLAGS = ("--clock", "frozen", "--seed", str(SERVERS_SEED), "--log-level", "error")


@SIZES
def test_a_real_server_agrees_with_the_model(
    size: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    since = time.monotonic()
    with (
        served("--db", str(tmp_path / "worlds.db"), *FLAGS, variables=CHECKED) as server,
        closing(Caller(server.url)) as caller,
    ):
        on_this_server = Bench(caller, ToldEvents(caller.http), caller.make_neighbour())

        class OnThisServer(WholeRounds):
            bench = on_this_server

        run_state_machine_as_test(
            seed(SEED)(OnThisServer),
            settings=settings(
                max_examples=EXAMPLES[size],
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate, Phase.shrink],
            ),
        )
        status, stdout, stderr = server.stop(signal.SIGTERM)
    assert (status, stdout, stderr) == (0, "", "")
    assert caller.cuts > 0
    assert caller.answered_ok
    settle_account(record_property, "model", size, caller.calls, since)
