"""The conformance kit as a command, against a separate server: it passes, and cleans up when interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.harness import TOKEN, Emulator
from tests.support.processes import DEADLINE, ROOT, Served, environment, served, wait_until

pytestmark = pytest.mark.acceptance

EVERYTHING = ("--allow-changes", "--allow-settings", "--allow-power", "--allow-restore")


@contextmanager
def running_kit(server: Served, *flags: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "invapi_conformance", "--target", server.url, "--vm", "12345", "--poll-seconds", "0.05", *flags],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=environment(INVAPI_TOKEN=TOKEN, INVAPI_API_KEY="demo-api-key"),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def seen(emulator: Emulator) -> tuple[list[str], str, str | None]:
    whole = emulator.vm(12345)
    return [row["name"] for row in whole["snapshots"]], whole["power"], whole["locked_by"]


def test_our_own_server_passes_every_check() -> None:
    with served("--rate", "200") as server, running_kit(server, *EVERYTHING) as kit:
        out, err = kit.communicate(timeout=DEADLINE)
    assert kit.returncode == 0, out + err
    assert " 0 differ, " in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("action", ["create_snapshot", "restore_snapshot", "remove_snapshot", "off"])
def test_an_interrupted_kit_cleans_up_and_reports_it(number: signal.Signals, action: str) -> None:
    with served("--rate", "50") as server, server.emulator() as emulator:
        before = seen(emulator)
        with running_kit(server, *EVERYTHING) as kit:
            wait_until(
                lambda: action in [task["action"] for task in emulator.tasks if task["state"] == "running"]
            )
            os.kill(kit.pid, number)
            os.kill(kit.pid, number)  # a second signal does not stop the clean-up
            out, err = kit.communicate(timeout=DEADLINE)
        assert kit.returncode == 130, out + err
        assert "interrupted: cleaning up" in err
        assert "left behind" not in err
        assert seen(emulator) == before


def test_the_plan_is_printed_before_anything_else() -> None:
    with served("--clock", "auto") as server, running_kit(server, *EVERYTHING, "--plan") as kit:
        out, _ = kit.communicate(timeout=DEADLINE)
    assert kit.returncode == 0
    assert out.splitlines()[1] == "plan: after the checks that only read, on VM 12345 and no other:"
