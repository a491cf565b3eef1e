"""Servers in separate processes, on ports chosen beforehand, with no output."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client, client_of
from tests.support.processes import ROOT, environment

HERE = Path(__file__).parent
DEADLINE = 60
"""Maximum number of seconds until a server answers, or until it is idle."""

PYTHON = (sys.executable,)
EMULATOR = (*PYTHON, "-m", "invapi_emulator", "serve", "--log-level", "warning")
UNOBSERVED = (*PYTHON, str(HERE / "unobserved.py"), "serve", "--log-level", "warning")
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int

    def processor_seconds(self) -> float:
        """Return the processor time of the process in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK

    def settle(self) -> None:
        """Wait until the server is idle, so that it does not disturb others."""
        deadline, before = time.monotonic() + DEADLINE, self.processor_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.2)
            now = self.processor_seconds()
            if now - before < 2 * TICK:
                return
            before = now

    def resident_mib(self) -> float:
        """Return the resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    @contextmanager
    def client(self) -> Iterator[Client]:
        with client_of(self.port) as client:
            yield client


def uvicorn(application: str, port: int) -> tuple[str, ...]:
    """Return the command that serves a module's `app` like the emulator: same loop, same parser, no log."""
    how = ("--loop", "auto", "--http", "httptools", "--ws", "none", "--lifespan", "off", "--no-server-header")
    quiet = ("--no-access-log", "--log-level", "warning")
    app = ("--app-dir", str(HERE), "--port", str(port), f"{application}:app")
    return (*PYTHON, "-m", "uvicorn", *how, *quiet, *app)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def spawn(command: Sequence[str], log: str = os.devnull) -> subprocess.Popen[bytes]:
    with Path(log).open("wb") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT, env=environment()
        )


@contextmanager
def started(command: Sequence[str], port: int, log: str = os.devnull) -> Iterator[Server]:
    """Start a server, wait until it accepts connections, and kill it at the end."""
    process = spawn(command, log)
    try:
        wait_for(process, port)
        yield Server(process, port)
    finally:
        process.kill()
        process.wait()


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}")
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.001)
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")


@contextmanager
def floor() -> Iterator[Server]:
    port = free_port()
    with started(uvicorn("floor", port), port) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    port = free_port()
    with started(uvicorn("bare", port), port) as server:
        yield server


@contextmanager
def emulator(*flags: str, command: Sequence[str] = EMULATOR, log: str = os.devnull) -> Iterator[Server]:
    """Serve the emulator, by default in memory. Later flags override earlier ones."""
    port = free_port()
    with started((*command, "--port", str(port), *flags), port, log) as server:
        yield server
