"""What requests cost a server: its memory, and how long it is silent."""

import http.client
import re
import threading
import time
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
    """Ask for the server's health all the time, and collect how long the answers took."""
    ended, took = threading.Event(), [0.0]

    def ask() -> None:
        while not ended.is_set():
            began = time.monotonic()
            sent(server, "GET", "/_emulator/health")
            took.append(time.monotonic() - began)
            ended.wait(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        ended.set()
        asking.join(DEADLINE)
