"""Commands of recipes, run as a reader runs them."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.processes import DEADLINE, environment

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@contextmanager
def ran(*command: str, cwd: Path, **variables: str) -> Iterator[tuple[int, str]]:
    """Run a command that must succeed. Yield its session and its output, then kill what it left running."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environment(PATH=PATH, **variables), start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0, output
        yield process.pid, output
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def still_running(session: int) -> bool:
    """Tell whether a process of that session is alive. A zombie is not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                return True
    return False


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def failed(*command: str, cwd: Path, **variables: str) -> str:
    """Run a command that must fail by itself. Return its output."""
    ended = subprocess.run(
        command, cwd=cwd, env=environment(PATH=PATH, **variables), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=2 * DEADLINE, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended
    return ended.stdout


def npm_folder(factory: pytest.TempPathFactory, *packages: str) -> Path:
    """Return a folder with these packages of npm. The processes of pytest-xdist share it: each install takes seconds.

    The packages' own install scripts do not run: they would compile an optional package, and fetch its headers.
    """
    shared = (
        factory.getbasetemp() if "PYTEST_XDIST_WORKER" not in os.environ else factory.getbasetemp().parent
    )
    folder = shared / re.sub(r"\W+", "-", "-".join(packages))
    with FileLock(f"{folder}.lock"):
        if not (folder / "installed").exists():
            folder.mkdir(exist_ok=True)
            (folder / "package.json").write_text("{}", encoding="utf-8")
            command = [
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
                "--ignore-scripts",
                *packages,
            ]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=5 * DEADLINE)
            (folder / "installed").touch()
    return folder


def nobody_listens() -> str:
    """Return the address of a port on which no server listens."""
    return f"127.0.0.1:{free_port()}"
