"""Connections that send one byte a second do not keep others from being answered."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE, served
from tests.support.wire import Wire

pytestmark = pytest.mark.acceptance

SLOW = 200
CALLERS = 4
CALLS_OF_EACH = 250
ROUNDS = 5
"""Minimum number of bytes that each slow connection has sent when the others have all their answers."""

PIECES = (
    b"POST /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\naction=get_snapshot&token=",
    b"GET /_emulator/accounts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
)
"""The first data of a slow connection, sent at once: it ends within a body or within a header."""


class Dawdlers:
    """Connections that send an endless call byte by byte. A closed one is opened again."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._address = (str(address.hostname), int(address.port or 80))
        self._stopped = threading.Event()
        self._open = [self._opened(number) for number in range(SLOW)]
        self.rounds = self.closed = 0

    def _opened(self, number: int) -> socket.socket:
        connection = socket.create_connection(self._address, 60)
        connection.sendall(PIECES[number % len(PIECES)])
        return connection

    def send(self) -> None:
        """Send a byte on each connection, every second, until stopped."""
        while not self._stopped.wait(1):
            for number, connection in enumerate(self._open):
                try:
                    connection.sendall(b"a")
                except OSError:
                    self.closed += 1
                    connection.close()
                    self._open[number] = self._opened(number)
            self.rounds += 1

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        for connection in self._open:
            connection.close()


@contextmanager
def dawdling(url: str) -> Iterator[Dawdlers]:
    dawdlers = Dawdlers(url)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(dawdlers.send)
        try:
            yield dawdlers
        finally:
            dawdlers.stop()
            sending.result()
            dawdlers.close()


def test_two_hundred_slow_connections_do_not_stop_others() -> None:
    with served("--log-level", "error", "--clock", "frozen") as server, dawdling(server.url) as dawdlers:
        began = time.monotonic()

        def call(number: int) -> int:
            answered = 0
            with Wire(server.url) as wire:
                while answered < CALLS_OF_EACH or dawdlers.rounds < ROUNDS:
                    assert time.monotonic() < began + 5 * DEADLINE, (answered, dawdlers.rounds)
                    fields = {"action": "get_snapshot", "token": TOKEN, "id": 12345, "caller": number}
                    assert wire.call("vm", fields).json()["result"] == "OK"
                    assert wire.control("GET", "/health").status == 200
                    answered += 1
            return answered

        with ThreadPoolExecutor(CALLERS) as pool:
            answered = sum(pool.map(call, range(CALLERS)))
        seconds = time.monotonic() - began
    print(
        f"{answered} lists answered in {seconds:.0f} s beside {SLOW} connections, {dawdlers.closed} were closed"
    )
