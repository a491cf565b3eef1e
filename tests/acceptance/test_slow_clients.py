"""Slow, greedy or silent clients get an answer, are dropped, and do not disturb others."""

import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.harness import TOKEN
from tests.support.processes import COMMAND, DEADLINE, Served, served, wait_until, whole

pytestmark = pytest.mark.acceptance

HEAD = b"POST /eq.php HTTP/1.1\r\nHost: x\r\n"
FORM = f"action=list&token={TOKEN}".encode()


@pytest.fixture(scope="module")
def hasty() -> Iterator[Served]:
    """Return a server with very short timeouts."""
    each = [word for what in ("head", "body", "answer", "idle") for word in (f"--{what}-timeout", "0.5")]
    with served(*each) as server:
        yield server


def connected(server: Served) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=DEADLINE)


def sockets_of(server: Served) -> int:
    """Return the number of sockets that the server has open."""
    found = 0
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(file.readlink()).startswith("socket:")
    return found


def all_of(connection: socket.socket) -> str:
    """Return the data received until the server closes."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received.decode()


@pytest.mark.parametrize(
    "sent",
    [b"P", HEAD, HEAD + b"Content-Length: 100\r\n\r\naction=", HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ids=["of the first line", "of the headers", "of the body", "of a chunk"],
)  # fmt: skip
def test_an_incomplete_request_is_answered_and_dropped(hasty: Served, sent: bytes) -> None:
    with closing(connected(hasty)) as connection:
        connection.sendall(sent)
        answer = all_of(connection)
    assert answer.startswith("HTTP/1.1 408 ")
    assert "x-emulator-reason: malformed_body" in answer.lower()
    assert "did not come in within 0.5 s" in answer


def test_a_later_request_of_a_connection_has_as_much_time() -> None:
    whole_call = HEAD + f"Content-Length: {len(FORM)}\r\n\r\n".encode() + FORM
    with served("--head-timeout", "0.5", "--body-timeout", "0.5") as server:
        for part in (b"P", HEAD + b"Content-Length: 100\r\n\r\naction="):
            with closing(connected(server)) as connection:
                connection.sendall(whole_call)
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
                connection.sendall(part)
                assert "did not come in within 0.5 s" in all_of(connection)


def test_an_occasional_byte_does_not_keep_a_connection(hasty: Served) -> None:
    with closing(connected(hasty)) as connection:
        connection.sendall(HEAD + b"X-Slow: ")
        connection.settimeout(0.05)
        deadline = time.monotonic() + DEADLINE
        answer = b""
        while not answer and time.monotonic() < deadline:
            with suppress(TimeoutError):
                connection.sendall(b"x")
                answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("before", [b"", HEAD + f"Content-Length: {len(FORM)}\r\n\r\n".encode() + FORM])
def test_a_silent_connection_is_dropped_in_silence(hasty: Served, before: bytes) -> None:
    with closing(connected(hasty)) as connection:
        connection.sendall(before)
        answer = all_of(connection)
    assert answer.count("HTTP/1.1") == (1 if before else 0)
    assert "408" not in answer


def test_an_endless_head_is_refused(hasty: Served) -> None:
    with closing(connected(hasty)) as connection:
        connection.sendall(HEAD + b"X-Long: " + b"x" * 70_000)
        assert all_of(connection).startswith("HTTP/1.1 431 ")


def test_who_does_not_read_the_answers_is_cut_off(hasty: Served) -> None:
    before = sockets_of(hasty)
    address = urlsplit(hasty.url)
    with ExitStack() as open_ones:
        for _ in range(20):
            connection = open_ones.enter_context(closing(socket.socket()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.connect((str(address.hostname), int(address.port or 0)))
            connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 100)
        wait_until(lambda: sockets_of(hasty) <= before)


def test_an_answer_delayed_by_a_fault_outlasts_every_timeout(hasty: Served) -> None:
    with hasty.emulator() as emulator:
        emulator.fault("latency", seconds=1.5, times=1)
        assert emulator.call("eq", "list")["result"] == "OK"


def test_a_body_that_comes_in_behind_a_delayed_answer_is_not_late(hasty: Served) -> None:
    body = FORM + b"&more=" + b"x" * 400_000
    long = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with hasty.emulator() as emulator, closing(connected(hasty)) as connection:
        emulator.fault("latency", seconds=1.5, times=1)
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(FORM) + FORM + long)
        answers = all_of(connection)
    assert answers.count("HTTP/1.1 200 ") == 2
    assert answers.count('"result":"OK"') == 2


def test_more_connections_than_a_shells_usual_limit_can_be_open() -> None:
    with (
        served(
            command=("bash", "-c", f'ulimit -S -n 256 && exec "{COMMAND[0]}" "${{@:0}}"', *COMMAND[1:])
        ) as server,
        ExitStack() as open_ones,
    ):
        for _ in range(300):
            open_ones.enter_context(closing(connected(server)))
        with server.emulator() as emulator:
            assert emulator.call("eq", "list")["result"] == "OK"


@pytest.mark.parametrize("tls", [False, True])
def test_at_the_limit_of_open_files_connections_wait_and_the_log_says_so_once(
    *, tls: bool, tmp_path: Path
) -> None:
    limited = ("bash", "-c", f'ulimit -n 128 && exec "{COMMAND[0]}" "${{@:0}}"', *COMMAND[1:])
    flags = ("--tls", "--ca-dir", str(tmp_path)) if tls else ()
    with served(*flags, command=limited) as server, ExitStack() as open_ones:
        trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem") if tls else None
        connections = [open_ones.enter_context(closing(connected(server))) for _ in range(150)]
        wait_until(lambda: "limit of open files" in whole(server.log))
        for waiting in connections:
            with closing(
                trusting.wrap_socket(waiting, server_hostname="127.0.0.1") if trusting else waiting
            ) as one:
                one.sendall(b"GET /_emulator/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert one.recv(15) == b"HTTP/1.1 200 OK"
        assert whole(server.log).count("open files") == 1, whole(server.log)
        status, _, _ = server.stop(signal.SIGTERM)
        assert status == 0


def test_the_connection_of_a_client_that_left_is_dropped() -> None:
    with served() as server:
        before = sockets_of(server)
        for _ in range(50):
            with closing(connected(server)) as connection:
                connection.sendall(HEAD)
        wait_until(lambda: sockets_of(server) <= before)
