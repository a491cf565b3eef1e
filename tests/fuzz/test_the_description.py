"""Schemathesis finds no error in a real server with a file. docs/reference/openapi.md lists the enabled checks."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.sizes import SEED, SIZES, settle_account
from tests.support.from_description import calls_of_modules, calls_of_the_control_api
from tests.support.harness import SEED as SERVERS_SEED
from tests.support.processes import CHECKED, served

EXAMPLES = {"quick": {"modules": 26, "control": 9}, "soak": {"modules": 180, "control": 80}}


@SIZES
def test_a_real_server_answers_as_described(
    size: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    since = time.monotonic()
    examples, long = EXAMPLES[size], size == "soak"
    flags = ("--clock", "frozen", "--seed", str(SERVERS_SEED), "--log-level", "error")
    with served("--db", str(tmp_path / "worlds.db"), *flags, variables=CHECKED) as server:
        modules, its_operations = calls_of_modules(server.url, SEED, examples["modules"], coverage=long)
        with server.emulator() as emulator:
            emulator.reset()  # because of the logouts
        control, other_operations = calls_of_the_control_api(
            server.url, SEED, examples["control"], coverage=long
        )
        ended = server.stop(signal.SIGTERM)
    assert modules.wrong + control.wrong == []
    assert ended == (0, "", "")
    assert modules.calls.keys() | control.calls.keys() == its_operations | other_operations
    calls = sum(modules.calls.values()) + sum(control.calls.values())
    settle_account(record_property, "description", size, calls, since)
