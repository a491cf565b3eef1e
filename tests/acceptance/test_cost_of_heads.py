"""The worst heads of requests: each header, filled with what its readers might read slowly."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.processes import DEADLINE, Served, served

pytestmark = pytest.mark.acceptance

SIZE = 60_000
PROCESSOR_SECONDS = 1

HEADERS = (
    "accept", "accept-encoding", "access-control-request-headers", "authorization", "content-disposition",
    "content-type", "cookie", "expect", "host", "if-none-match", "last-event-id", "origin", "range", "referer",
    "sec-fetch-site", "te", "user-agent", "x-forwarded-for", "x-forwarded-proto", "x-request-id",
)  # fmt: skip

PATTERNS = {
    "quotes": rf'a="{"x".join([chr(92) + chr(34)] * (SIZE // 3))}"',
    "backslashes": "\\" * SIZE,
    "commas": "a," * (SIZE // 2),
    "pairs": "a=b;" * (SIZE // 4),
    "parentheses": "(" * SIZE,
    "escapes": "%41" * (SIZE // 3),
    "spaces": f"a{' ' * SIZE}b",
    "colons": ":" * SIZE,
    "labels": "1." * (SIZE // 2),
    "one word": "a" * SIZE,
    "a weight": f"a;q=0.{'1' * SIZE}",
    "tabs": "\ta" * (SIZE // 2),
    "letters": "\N{LATIN SMALL LETTER E WITH ACUTE}" * SIZE,
    "brackets": "[]" * (SIZE // 2),
    "ats": "@" * SIZE,
    "signs": "=" * SIZE,
    "digits": "9" * SIZE,
}

REQUESTS = (
    "GET /_emulator/live",
    "GET /_emulator/ui/accounts",
    "OPTIONS /_emulator/accounts",
    "POST /vm.php",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """Yield a server that has loaded what the first requests need."""
    with served("--admin-token", "secret", "--trusted-proxies", "*") as server:
        for request in REQUESTS:
            ask(server, request, "x-nothing", "")
        yield server


@pytest.mark.parametrize("header", HEADERS)
def test_the_worst_value_of_each_header_costs_little(server: Served, header: str) -> None:
    for request in REQUESTS:
        for name, pattern in PATTERNS.items():
            before = processor_seconds(server)
            status = ask(server, request, header, pattern)
            cost = processor_seconds(server) - before
            assert status < 500, (request, header, name)
            assert cost < PROCESSOR_SECONDS, (request, header, name, cost)


def ask(server: Served, request: str, header: str, value: str) -> int:
    """Send a request with one odd header. Return the status."""
    address = urlsplit(server.url)
    host = "" if header == "host" else "host: localhost\r\n"
    head = f"{request} HTTP/1.1\r\n{host}{header}: {value}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), DEADLINE) as connection:
        connection.sendall(head.encode("latin-1"))
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


def processor_seconds(server: Served) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
