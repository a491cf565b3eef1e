"""Real servers in separate processes."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import httpx

from tests.support.fake_clock import FakeClock
from tests.support.harness import Emulator, Running

DEADLINE = 60
"""Seconds within which everything here must happen. Generous, for a busy machine."""

ROOT = Path(__file__).parents[2]
CHECKED = {"TEST_CHECK_STATE": "1"}
"""Variables with which a server compares memory with the database after each commit. Large worlds cost it much."""

COMMAND = (sys.executable, "-m", "invapi_emulator")


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment with the given variables, without those of the emulator and make."""
    foreign = ("INVAPI_EMULATOR_", "MAKE", "MFLAGS")
    mine = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return mine | variables


@dataclass
class Served:
    """A server that has reported that it is ready."""

    process: subprocess.Popen[str]
    url: str
    log: TextIO
    secure_url: str | None = None

    def stop(self, number: signal.Signals) -> tuple[int, str, str]:
        """Send a signal. Return the exit status, the rest of stdout after the ready line, and stderr."""
        self.process.send_signal(number)
        stdout, _ = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, stdout, whole(self.log)

    @contextmanager
    def emulator(self) -> Iterator[Emulator]:
        with httpx.Client(base_url=self.url, timeout=DEADLINE) as http:
            yield Emulator(Running(self.url, FakeClock()), http)


@contextmanager
def served(
    *flags: str,
    command: Sequence[str] = COMMAND,
    cwd: Path = ROOT,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Serve in a process on a free port. Kill it at the end if it still runs."""
    with TemporaryFile("a+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "serve", "--port", "0", *flags],
            stdout=subprocess.PIPE, stderr=log, text=True, cwd=cwd, env=environment(**(variables or {})),
        )  # fmt: skip
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            url = re.fullmatch(r"invapi-emulator ready on (https?://\S+)(?: and (https://\S+))?\n", ready)
            assert url, ready + process.communicate(timeout=DEADLINE)[0] + whole(log)
            yield Served(process, url[1], log, url[2])
        finally:
            process.kill()
            process.communicate()


def whole(log: TextIO) -> str:
    log.seek(0)
    return log.read()


def refused(*flags: str, **variables: str) -> str:
    """Start a server that must refuse to start. Return its one line. Other servers may have the default port."""
    ended = subprocess.run(
        [*COMMAND, "serve", *flags],
        capture_output=True, text=True, timeout=DEADLINE, check=False,
        env=environment(**{"INVAPI_EMULATOR_PORT": "0"} | variables),
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    (line,) = ended.stderr.splitlines()
    return line


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that is free and stays free: the system assigns none of this range by itself."""
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return port
