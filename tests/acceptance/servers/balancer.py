"""A real nginx in front of several servers, configured as in docker-compose.yml's profile postgres."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import DEADLINE, ROOT, free_port, wait_until
from tests.support.wire import Wire

SHIPPED = ROOT / "docker" / "nginx.conf"


@dataclass(frozen=True)
class Balancer:
    """A running nginx. Clients call `url`."""

    url: str
    folder: Path

    def taken_by(self) -> Counter[str]:
        """Return the number of answers from each server, by its port."""
        lines = (self.folder / "access").read_text(encoding="utf-8").splitlines()
        return Counter(line.rpartition(":")[2] for line in lines if not line.startswith("50"))


def configured(folder: Path, port: int, ports: Sequence[int]) -> Path:
    """Write the shipped configuration with these addresses, and with its files in the folder."""
    text = SHIPPED.read_text(encoding="utf-8")
    changes = {
        "listen 8650;": f"listen 127.0.0.1:{port};",
        " /tmp/": f" {folder}/",
        "error_log stderr": f"error_log {folder}/errors",
    }
    changes["access_log off;"] = f"log_format told '$status $upstream_addr'; access_log {folder}/access told;"
    changes |= {f"emulator-{i}:8650": f"127.0.0.1:{each}" for i, each in enumerate(ports, 1)}
    for was, becomes in changes.items():
        assert was in text, was
        text = text.replace(was, becomes)
    # Root's workers would run as another user, who cannot reach the folder.
    file = folder / "nginx.conf"
    file.write_text(("user root;\n" if os.getuid() == 0 else "") + text, encoding="utf-8")
    return file


def nginx(file: Path, *words: str) -> list[str]:
    """Return the command that runs nginx with a configuration."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("a real load balancer is needed: apt-get install nginx-light")
    return [program, "-e", str(file.with_name("errors")), "-p", str(file.parent), "-c", str(file), *words]


@contextmanager
def balancing(folder: Path, ports: Sequence[int]) -> Iterator[Balancer]:
    """Run nginx in front of the servers on these ports until the block ends."""
    port = free_port()
    process = subprocess.Popen(nginx(configured(folder, port, ports), "-g", "daemon off;"))
    balancer = Balancer(f"http://127.0.0.1:{port}", folder)
    try:
        wait_until(lambda: _answers(balancer.url))
        yield balancer
    finally:
        process.terminate()
        process.wait(DEADLINE)


def _answers(url: str) -> bool:
    try:
        with Wire(url) as wire:
            return wire.control("GET", "/health").status == 200
    except OSError:
        return False
