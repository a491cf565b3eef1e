"""What requests cost a server: its memory, and how long it is silent."""

import http.client
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from tests.support.processes import DEADLINE, Served

MIB = 1024 * 1024


def peak(pid: int) -> int:
    """Return the highest resident memory since the last call."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return int(found[1]) * 1024


def worked_seconds(pid: int) -> float:
    """Return the processor time of a server, of all its threads, in steps of 10 ms."""
    after_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = after_the_name[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
"""The header of a call of a module."""


def sent(
    server: Served,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    within: float = DEADLINE,
) -> int:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=within)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@contextmanager
def longest_silence(server: Served) -> Iterator[list[float]]:
    """Ask for the server's health all the time, and collect how long the server worked until it answered.

    Its processor time, as the machine may be busy. An answer that waits for something else has the deadline.
    """
    ended, took = threading.Event(), [0.0]

    def ask() -> None:
        while not ended.is_set():
            began = worked_seconds(server.process.pid)
            sent(server, "GET", "/_emulator/health")
            took.append(worked_seconds(server.process.pid) - began)
            ended.wait(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        ended.set()
        asking.join(DEADLINE)
