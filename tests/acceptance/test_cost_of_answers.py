"""Large answers that nobody reads: what they cost in memory, and how long the server is silent."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.acceptance.costs import MIB, longest_silence, peak, sent, worked_seconds
from tests.support.harness import TOKEN, Emulator
from tests.support.postgres_server import Postgres
from tests.support.processes import DEADLINE, Served, served, wait_until

pytestmark = pytest.mark.acceptance

CLIENTS = 40
SILENCE_SECONDS = 3
MEMORY = 256 * MIB
HOSTNAME = b"a-long-name-of-a-server." * 9 + b"example"
WORLD = b'{"vms":[%s]}' % b",".join(
    b'{"id":%d,"hostname":"%d.%s"}' % (number, number, HOSTNAME) for number in range(1, 12_001)
)
FORM = f"action=list&full=1&token={TOKEN}".encode()
HEAD = b"POST /eq.php HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CALL = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(FORM), FORM)


def test_answers_that_nobody_reads_have_a_bound_together() -> None:
    with served("--clock", "frozen", "--answer-timeout", "600") as server:
        assert sent(server, "PUT", "/_emulator/accounts/demo/state", WORLD) == 200
        assert status_of_a_call(server) == 200
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took, ExitStack() as clients:
            for _ in range(CLIENTS):
                clients.enter_context(unread(server))
            wait_until(lambda: status_of_a_call(server) == 503)
        assert peak(server.process.pid) - before <= MEMORY
        assert max(took) < SILENCE_SECONDS
        wait_until(lambda: status_of_a_call(server) == 200)


EXPECTATION = b'{"at_least":5000}'
HEAD_OF_VERIFY = b"POST /_emulator/accounts/demo/requests/verify HTTP/1.1\r\nHost: localhost\r\n"
VERIFY = HEAD_OF_VERIFY + b"Content-Length: %d\r\n\r\n%s" % (len(EXPECTATION), EXPECTATION)
RULES = b"GET /_emulator/accounts/demo/faults HTTP/1.1\r\nHost: localhost\r\n\r\n"


def long_call(emulator: Emulator) -> None:
    emulator.call("eq", "list", full=1, a="x" * 4_000)


def long_rule(emulator: Emulator) -> None:
    emulator.fault("reject", match={"action": "on", "fields": {"a": "x" * 15_000}})


@pytest.mark.parametrize(("add", "asks"), [(long_call, VERIFY), (long_rule, RULES)])
def test_long_lists_of_the_control_api_that_nobody_reads_have_a_bound_together(
    add: Callable[[Emulator], None], asks: bytes
) -> None:
    with served("--clock", "frozen", "--answer-timeout", "600") as server, server.emulator() as emulator:
        for _ in range(1_000):
            add(emulator)
        assert_bounded(server, asks, CLIENTS)


TAGGED = b'{"id":%d,"tags":{' + b",".join(
    b'"t%d":{"value":"v","extra":"%s"}' % (number, b"x" * 16_000) for number in range(7)
) + b"}}"  # fmt: skip
TAGGED_WORLD = b'{"vms":[%s]}' % b",".join(TAGGED % number for number in range(1, 99))


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def test_a_few_vms_with_long_tags_that_nobody_reads_have_a_bound_together() -> None:
    with served("--clock", "frozen", "--answer-timeout", "600") as server:
        assert sent(server, "PUT", "/_emulator/accounts/demo/state", TAGGED_WORLD) == 200
        asks = get("/_emulator/accounts/demo/vms")
        assert_bounded(server, asks, clients=100)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/swagger-ui-bundle.js", "/_emulator/ui/accounts"])
def test_pages_and_files_that_nobody_reads_silence_nobody(path: str) -> None:
    with served("--clock", "frozen", "--answer-timeout", "600") as server, server.emulator() as emulator:
        for _ in range(110):
            emulator.http.post("/_emulator/accounts", json={"scenario": "one-vm"}).raise_for_status()
        emulator.http.get(path).raise_for_status()  # the first one loads it
        assert_bounded(server, get(path), clients=600)


KEYS = [{"id": number, "name": f"k{number}", "key": f"ssh-rsa {'a' * 15_000}"} for number in range(1, 999)]


def test_large_answers_that_look_like_secrets_are_looked_through_in_time() -> None:
    """Hexadecimal digits, as of fingerprints, are what a token may begin with."""
    with served("--clock", "frozen") as server, server.emulator() as emulator:
        emulator.control("PUT", "/state", {"ssh_keys": KEYS})
        began = worked_seconds(server.process.pid)
        for _ in range(20):
            assert len(emulator.call("ssh_keys", "list")["sshkeys"]) == len(KEYS)
        assert worked_seconds(server.process.pid) - began < SILENCE_SECONDS


CHANGE = b"PATCH /_emulator/accounts/demo/vms/12345 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n\r\n"


@pytest.mark.parametrize("database", ["in memory", "postgresql"])
def test_calls_are_answered_while_many_pages_and_changes_wait(postgres: Postgres, database: str) -> None:
    flags = ("--db", postgres.url("pages")) if database == "postgresql" else ()
    with served("--clock", "frozen", *flags) as server:
        status_of_a_call(server)
        with ExitStack() as connections:
            for asks in (get("/_emulator/ui"), CHANGE + b'{"power":"on"}'):
                for _ in range(300):
                    connections.enter_context(unread(server, asks))
            for _ in range(10):
                began = worked_seconds(server.process.pid)
                assert status_of_a_call(server) == 200
        assert worked_seconds(server.process.pid) - began < SILENCE_SECONDS


def assert_bounded(server: Served, asks: bytes, clients: int) -> None:
    """Leave an answer unread on each of many connections: the memory has a bound, and others are answered meanwhile."""
    peak(server.process.pid)
    before = peak(server.process.pid)
    with longest_silence(server) as took, ExitStack() as connections:
        for _ in range(clients):
            connections.enter_context(unread(server, asks))
        wait_until(lambda: len(took) > 300)
    assert peak(server.process.pid) - before <= MEMORY
    assert max(took) < SILENCE_SECONDS


def unread(server: Served, call: bytes = CALL) -> socket.socket:
    """Make a call, and leave its answer on the connection. The system holds little of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(at(server))
    connection.sendall(call)
    return connection


def status_of_a_call(server: Served) -> int:
    with socket.create_connection(at(server), DEADLINE) as connection:
        connection.sendall(CALL)
        return int(connection.makefile("rb").readline().split()[1])


def at(server: Served) -> tuple[str, int]:
    address = urlsplit(server.url)
    return str(address.hostname), int(address.port or 0)
