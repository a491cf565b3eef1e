"""HEAD is answered where GET is, and HTTP/1.0 gets no chunks."""

import pytest

from tests.support.harness import Emulator
from tests.support.raw_connection import connected, said

PATHS = [
    "/", "/_emulator/health", "/_emulator/live", "/metrics", "/docs", "/openapi.json", "/_emulator", "/_emulator/accounts", "/_emulator/requests",
    "/_emulator/accounts/demo/state", "/_emulator/accounts/demo/clock", "/_emulator/accounts/demo/vms", "/_emulator/ui/login",
    "/_emulator/accounts/nobody", "/nowhere/_emulator",
]  # fmt: skip
VARY = {"date", "x-request-id", "transfer-encoding"}


@pytest.mark.parametrize("path", PATHS[:-1])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_head_says_what_get_says_without_a_body(emulator: Emulator, path: str, accept: str) -> None:
    headers = {"accept": accept}
    got, head = (emulator.http.request(verb, path, headers=headers) for verb in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (got.status_code, b"")
    lengths_differ = {"content-length"} if path == "/metrics" else set()
    kept = [name for name in got.headers if name not in VARY | lengths_differ]
    assert [head.headers[name] for name in kept] == [got.headers[name] for name in kept]


def test_head_of_an_event_stream_ends(emulator: Emulator) -> None:
    head = emulator.http.head("/_emulator/accounts/demo/events")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert emulator.http.get("/_emulator/health").status_code == 200


def test_head_of_a_module_stays_405(emulator: Emulator) -> None:
    """The contract has GET and POST. A HEAD would be a call whose answer nobody sees."""
    assert emulator.http.head("/eq.php").status_code == 405
    assert emulator.http.head("/_emulator/accounts/demo/clock/advance").status_code == 405


def old(path: str, more: bytes = b"", verb: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.0\r\nHost: 127.0.0.1\r\n%b\r\n" % (verb, path.encode(), more)


def test_http_1_0_gets_a_stream_as_it_is(emulator: Emulator) -> None:
    with connected(emulator.url) as connection, connection.makefile("rb") as lines:
        connection.sendall(old("/_emulator/accounts/demo/events", b"Connection: keep-alive\r\n"))
        head = list(iter(lines.readline, b"\r\n"))
        assert lines.readline() == b"retry: 1000\n"
        emulator.eq("status")
        assert any(line.startswith(b"data: ") for line in iter(lines.readline, b""))
    assert head[0] == b"HTTP/1.1 200 OK\r\n"
    assert not [line for line in head if b"transfer-encoding" in line.lower()]
    assert b"connection: close\r\n" in head


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("verb", [b"GET", b"HEAD"])
def test_http_1_0_gets_every_answer_in_whole(emulator: Emulator, path: str, verb: bytes) -> None:
    head, _, body = said(emulator.url, old(path, verb=verb)).partition("\r\n\r\n")
    assert "transfer-encoding" not in head.lower()
    assert "connection: close" in head
    assert bool(body) == (verb == b"GET" and " 303 " not in head)


def test_http_1_0_is_not_asked_to_go_on(emulator: Emulator) -> None:
    form = b"action=list&token=HOSTKEY_TOKEN"
    more = b"Expect: 100-continue\r\nContent-Length: %d\r\n" % len(form)
    answer = said(emulator.url, old("/eq.php", more, b"POST") + form)
    assert answer.count("HTTP/1.1 ") == 1
    assert '"servers":[' in answer


@pytest.mark.parametrize("path", [b"/_emulator/live", b"/_emulator/health"])
def test_a_health_check_by_http_1_0_needs_no_host(emulator: Emulator, path: bytes) -> None:
    assert status_without_host(emulator, path) == "200"
    assert status_without_host(emulator, path, b"Host: \r\n") == "403"


def test_what_else_the_control_api_has_needs_a_host(emulator: Emulator) -> None:
    assert status_without_host(emulator, b"/_emulator/accounts/demo") == "403"


def status_without_host(emulator: Emulator, path: bytes, more: bytes = b"") -> str:
    return said(emulator.url, b"GET %b HTTP/1.0\r\n%b\r\n" % (path, more)).split(" ")[1]
