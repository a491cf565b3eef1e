"""Thousands of small requests at once, which are not read: what they cost in memory, and how long the server is silent.

The bounds are generous, as the machine may be busy.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.costs import MIB, longest_silence, peak, sent
from tests.support.processes import DEADLINE, Served, served

pytestmark = pytest.mark.acceptance

CHEAP = b"GET /vm HTTP/1.1\r\nHost:a\r\n\r\n"
DEAR = b"GET /docs HTTP/1.1\r\nHost:localhost\r\n\r\n"
SENT = 64 * 1024
CONNECTIONS = 150
FOR_EACH_BYTE = 20
SILENCE_SECONDS = 10
SLACK = 16 * MIB
MOST_SENT = 16 * MIB
STALLED_SECONDS = 2


@contextmanager
def connection_to(server: Served, trusting: ssl.SSLContext | None) -> Iterator[socket.socket]:
    address = urlsplit(server.url)
    with closing(socket.create_connection((str(address.hostname), int(address.port or 0)), DEADLINE)) as bare:
        if trusting is None:
            yield bare
            return
        with trusting.wrap_socket(bare, server_hostname="127.0.0.1") as secured:
            yield secured


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("request_sent", [CHEAP, DEAR], ids=["cheap", "dear"])
def test_many_connections_with_many_requests_cost_little(
    tmp_path: Path, request_sent: bytes, *, tls: bool
) -> None:
    flags = ("--tls-port", "0", "--ca-dir", str(tmp_path)) if tls else ()
    with served("--clock", "frozen", "--log-level", "error", *flags) as server, ExitStack() as open_ones:
        trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem") if tls else None
        url = server.secure_url or server.url
        for path in ("/docs", "/_emulator/health"):
            sent(server, "GET", path)
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took:
            connections = [
                open_ones.enter_context(connection_to(Served(server.process, url, server.log), trusting))
                for _ in range(CONNECTIONS)
            ]
            for connection in connections:
                connection.sendall(request_sent * (SENT // len(request_sent)))
            for connection in connections:
                assert connection.recv(9) == b"HTTP/1.1 "
        cost = peak(server.process.pid) - before
        about = f"{cost // MIB} MiB, silent for {max(took):.2f} s"
        print(about)
        assert cost <= FOR_EACH_BYTE * CONNECTIONS * SENT + SLACK, about
        if request_sent is CHEAP:
            assert max(took) < SILENCE_SECONDS, about


def test_a_connection_whose_answers_are_not_read_is_not_read_for_ever() -> None:
    with served("--clock", "frozen", "--log-level", "error") as server:
        sent(server, "GET", "/_emulator/health")
        peak(server.process.pid)
        before = peak(server.process.pid)
        taken = 0
        with connection_to(server, None) as connection, longest_silence(server) as took:
            connection.settimeout(STALLED_SECONDS)
            try:
                while taken < MOST_SENT:
                    taken += connection.send(CHEAP * 2_000)
            except TimeoutError:
                pass
        cost = peak(server.process.pid) - before
        about = f"{taken // MIB} MiB were taken, and cost {cost // MIB} MiB, silent for {max(took):.2f} s"
        print(about)
        assert cost <= SLACK, about
        assert max(took) < SILENCE_SECONDS, about
