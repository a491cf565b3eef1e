"""The deadline after a signal holds while nothing else gets its turn."""

import signal
import subprocess
import sys

import pytest

from tests.support.processes import DEADLINE

pytestmark = pytest.mark.acceptance

BUSY = """
from invapi_emulator.process.signals import on_signals
with on_signals(lambda *_: None, end_within=0.2):
    print("busy", flush=True)
    while True:
        pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_never_gets_to_its_loop_ends_with_status_0(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as busy:
        assert busy.stdout is not None
        assert busy.stderr is not None
        assert busy.stdout.readline() == "busy\n"
        busy.send_signal(number)
        try:
            assert busy.wait(DEADLINE) == 0
        finally:
            busy.kill()
        assert busy.stderr.read().startswith("forced the end")
