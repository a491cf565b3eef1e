"""A container of the image. Commands run as its user, on a root that is really mounted read-only."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.image.building.image_store import Store, run, within

READ_ONLY = Path(__file__).with_name("read_only.sh")
LIFETIME = 300
"""Seconds after which a server is killed, whatever it waits for."""


@dataclass(frozen=True)
class Container:
    store: Store
    name: str
    root: Path
    port: int
    data: Path
    tmp: Path

    def command(self, *words: str) -> list[str | Path]:
        """Return the command that runs words in the container. Only /data and /tmp are writable."""
        mounts = [f"--volume={self.data}:/data", f"--volume={self.tmp}:/tmp"]
        port = f"--env=INVAPI_EMULATOR_PORT={self.port}"
        inside = [
            "--isolation",
            "chroot",
            "--network",
            "host",
            "--cap-drop",
            "all",
            port,
            *mounts,
            self.name,
            "--",
            *words,
        ]
        return [
            "unshare", "--mount", "bash", READ_ONLY, self.root, *self.store.command("buildah", "run", *inside)
        ]  # fmt: skip

    def run(self, *words: str) -> str:
        return run(60, *self.command(*words), **self.store.variables())

    def curl(self, path: str, *flags: str) -> str:
        return run(60, "curl", "-sS", "--fail", f"http://127.0.0.1:{self.port}{path}", *flags)

    @contextmanager
    def served(self, *words: str) -> Iterator["Server"]:
        """Run a command that serves until it prints to stdout. Kill it at the end if it still runs."""
        started = time.monotonic()
        with subprocess.Popen(
            within(LIFETIME, *self.command(*words)), env=os.environ | self.store.variables(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                yield Server(process, line, time.monotonic() - started)
            finally:
                if process.poll() is None:
                    _kill(_descendants(process.pid))


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    says: str
    ready_after: float

    @property
    def pid(self) -> int:
        """The server itself: the last process in the chain of starts."""
        return _descendants(self.process.pid)[-1]

    def status(self, name: str) -> list[str]:
        """Return a line of the system's information about the server process."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return dict(line.split(":", 1) for line in lines)[name].split()

    def stop(self) -> tuple[int, str]:
        """Send the signal of `docker stop`. Return the exit status and stderr."""
        os.kill(self.pid, signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def _kill(pids: list[int]) -> None:
    for pid in reversed(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """Return a process and all its descendants, parents first."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(map(int, task.read_text().split()))
    return found
