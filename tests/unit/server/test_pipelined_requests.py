"""Requests that a client sends before it has the answers: few of them are parsed at a time, and all are answered in order."""

import gc
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from invapi_emulator.server.backlog import MOST_WAITING, PIECE, Backlog
from tests.support.harness import Emulator, running
from tests.support.raw_connection import connected, until_closed

SHORTEST = b"GET /vm HTTP/1.1\r\nHost:a\r\n\r\n"
MANY = 65_536 // len(SHORTEST)
FORM = b"action=list&token=HOSTKEY_TOKEN&more="
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
STREAM = b"GET /_emulator/accounts/demo/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
MOST_PARSED = MOST_WAITING + PIECE // 18 + 2


def post(number: int, length: int, more: bytes = b"") -> bytes:
    body = FORM + b"x" * length
    head = b"POST /eq.php HTTP/1.1\r\nHost: x\r\nX-Request-Id: n%d\r\n%b" % (number, more)
    return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def chunked(number: int, length: int) -> bytes:
    head = (
        b"POST /eq.php HTTP/1.1\r\nHost: x\r\nX-Request-Id: n%d\r\nTransfer-Encoding: chunked\r\n\r\n"
        % number
    )
    return head + b"%x\r\n%b\r\n" % (len(FORM), FORM) + b"2\r\n\r\n\r\n" * length + b"0\r\nA: b\r\n\r\n"


def get(number: int, _length: int) -> bytes:
    return b"GET /eq.php?%b HTTP/1.1\r\nHost: x\r\nX-Request-Id: n%d\r\n\r\n" % (FORM, number)


def upgrading(number: int, length: int) -> bytes:
    return post(number, length, UPGRADE)


KINDS = (post, chunked, get, upgrading)


@contextmanager
def secured(folder: Path) -> Iterator[socket.socket]:
    """Return a connection over TLS to a server of its own."""
    with running(tls=True, ca_dir=str(folder)) as server:
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        with context.wrap_socket(connected(server.url), server_hostname="127.0.0.1") as connection:
            yield connection


def parsed() -> int:
    """Return how many requests the servers of this process have parsed and not forgotten."""
    gc.collect()
    return sum(isinstance(one, RequestResponseCycle) for one in gc.get_objects())


def test_few_of_the_requests_behind_a_stream_are_parsed(emulator: Emulator) -> None:
    before = parsed()
    with connected(emulator.url) as connection:
        connection.sendall(STREAM)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(SHORTEST * MANY)
        for _ in range(3):
            emulator.http.get("/_emulator/health").raise_for_status()
        assert MOST_WAITING // 2 <= parsed() - before <= MOST_PARSED


def assert_answered_in_order(connection: socket.socket, sent: bytes, number: int) -> None:
    """Send everything, then what is no request, and read until the server closes."""
    connection.settimeout(60)
    connection.sendall(sent + b"no HTTP\r\n\r\n")
    answers = until_closed(connection)
    assert re.findall(r"(?m)^x-request-id: n(\d+)\r$", answers) == [str(n) for n in range(number)]
    statuses = re.findall(r"HTTP/1\.1 (\d+)", answers)
    assert statuses == ["200"] * number + ["405"]


@pytest.mark.parametrize("length", [0, 1, 20, PIECE, 3_000])
@pytest.mark.parametrize("kinds", [(post,), (chunked,), (get,), (upgrading,), KINDS])
def test_all_kinds_of_requests_are_answered_in_order(
    emulator: Emulator, kinds: tuple[Callable[[int, int], bytes], ...], length: int
) -> None:
    number = 5 * MOST_WAITING
    sent = b"".join(kinds[n % len(kinds)](n, length + n % 7) for n in range(number))
    with connected(emulator.url) as connection:
        assert_answered_in_order(connection, sent, number)


def test_they_are_answered_in_order_over_tls_too(tmp_path: Path) -> None:
    number = 20 * MOST_WAITING
    sent = b"".join(KINDS[n % len(KINDS)](n, n) for n in range(number))
    with secured(tmp_path) as connection:
        assert_answered_in_order(connection, sent, number)


def test_a_large_body_behind_waiting_requests_comes_in_whole(emulator: Emulator) -> None:
    number = 3 * MOST_WAITING
    sent = b"".join(get(n, 0) for n in range(number - 1)) + post(number - 1, 900_000)
    with connected(emulator.url) as connection:
        assert_answered_in_order(connection, sent, number)


def test_a_request_that_closes_the_connection_drops_what_follows(emulator: Emulator) -> None:
    closing = post(MOST_WAITING, 0, b"Connection: close\r\n")
    sent = b"".join(get(n, 0) for n in range(MOST_WAITING)) + closing + get(99, 0) * 3 * MOST_WAITING
    with connected(emulator.url) as connection:
        connection.sendall(sent)
        answers = until_closed(connection)
    assert re.findall(r"(?m)^x-request-id: n(\d+)\r$", answers) == [str(n) for n in range(MOST_WAITING + 1)]


def test_a_client_that_leaves_with_requests_waiting_disturbs_nobody(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.fault("connection_reset")
    for sent in (get(0, 0) * 100, SHORTEST * MANY, STREAM + SHORTEST * MANY):
        with connected(emulator.url) as connection:
            connection.sendall(sent)
        emulator.http.get("/_emulator/health").raise_for_status()
    assert "Traceback" not in caplog.text


def test_a_call_whose_client_leaves_ends_though_others_wait_behind_it(emulator: Emulator) -> None:
    before = parsed()
    with connected(emulator.url) as connection:
        connection.sendall(STREAM + SHORTEST * (MOST_WAITING // 2))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
    for _ in range(3):
        emulator.http.get("/_emulator/health").raise_for_status()
    assert parsed() - before <= 2


def test_a_connection_that_has_sent_many_is_kept_alive(emulator: Emulator) -> None:
    with connected(emulator.url) as connection:
        for _ in range(3):
            connection.sendall(b"".join(get(n, 0) for n in range(50)))
            answers = b""
            while answers.count(b"HTTP/1.1 200 ") < 50 or not answers.endswith(b"}"):
                received = connection.recv(65_536)
                assert received
                answers += received


def test_a_backlog_ends_its_pieces_behind_heads() -> None:
    backlog = Backlog()
    backlog.add(SHORTEST * 20 + b"x" * 10_000)
    pieces = []
    while backlog:
        pieces.append(bytes(backlog.take()))
    assert b"".join(pieces) == SHORTEST * 20 + b"x" * 10_000
    assert [piece.count(SHORTEST) for piece in pieces] == [10, 10, 0]
