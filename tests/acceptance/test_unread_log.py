"""A program that starts the emulator with pipes and never reads them, as tests in many languages do."""

import re
import signal
import subprocess

import httpx
import pytest

from tests.support.processes import COMMAND, DEADLINE, ROOT, environment

pytestmark = pytest.mark.acceptance

CALLS = 1_000
"""Twice the number of calls whose lines fit into a pipe of 64 KiB."""


def test_a_server_with_an_unread_log_answers_and_ends() -> None:
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment(),
    )  # fmt: skip
    try:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("invapi-emulator ready on ").strip()
        with httpx.Client(base_url=url, timeout=DEADLINE) as http:
            for _ in range(CALLS):
                http.post("/eq.php", data={"action": "list", "token": "unread"}).raise_for_status()
        server.send_signal(signal.SIGTERM)
        assert server.wait(DEADLINE) == 0
        _, log = server.communicate()
        lines = [line for line in log.splitlines() if re.search(r" INFO .*: POST eq/list", line)]
        assert 0 < len(lines) < CALLS, "the pipe held every line: make it more calls"
    finally:
        server.kill()
        server.communicate()
