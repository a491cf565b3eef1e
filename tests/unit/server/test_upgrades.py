"""A request that asks for another protocol is read as HTTP/1.1, to its last byte and not beyond."""

import itertools

import pytest

from tests.support.harness import Emulator
from tests.support.raw_connection import said

WISHES = {
    "as Java": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n",
    "as curl": b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, HTTP2-Settings\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
    "anything": b"upgrade: \xff, x/1\r\nconnection: upgrade\r\n",
    "twice": b"Connection: upgrade\r\nUpgrade: h2c\r\nConnection: upgrade\r\nUpgrade: TLS/1.0\r\n",
}
FORM = b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a"
LAST = b"GET /eq.php?action=list&token=HOSTKEY_TOKEN HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def with_length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def in_chunks(body: bytes) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:]))
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


FRAMED = {"length": with_length, "chunks": in_chunks}
SEGMENTS = {"one": 10_000, "two bytes each": 2, "some": 90}


def asking(target: str, wish: bytes, rest: bytes, host: bytes = b"x") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: %b\r\n%b%b" % (target.encode(), host, wish, rest)


def in_segments(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def answers(emulator: Emulator, whole: bytes, size: int = 10_000) -> list[str]:
    """Send a request in segments, then one more that closes. Return the answers."""
    return said(emulator.url, *in_segments(whole + LAST, size)).split("HTTP/1.1 ")[1:]


@pytest.mark.parametrize("size", SEGMENTS.values(), ids=SEGMENTS)
@pytest.mark.parametrize("framed", FRAMED.values(), ids=FRAMED)
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_the_body_of_such_a_call_is_read(emulator: Emulator, wish: bytes, framed: object, size: int) -> None:
    assert callable(framed)
    called, followed = answers(emulator, asking("/vm.php", wish, framed(FORM)), size)
    assert called.startswith("200 ")
    assert '"callback":"' in called
    assert '"servers":[' in followed
    assert [task["action"] for task in emulator.tasks] == ["create_snapshot"]


@pytest.mark.parametrize("framed", FRAMED.values(), ids=FRAMED)
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_a_body_in_a_later_segment_is_never_a_request(
    emulator: Emulator, wish: bytes, framed: object
) -> None:
    assert callable(framed)
    hidden = b"GET /eq.php?action=off&token=HOSTKEY_TOKEN&id=12345 HTTP/1.1\r\nHost: x\r\n\r\n"
    whole = asking("/vm.php", wish, framed(hidden))
    head = whole.index(hidden[:9])
    assert len(said(emulator.url, whole[:head], whole[head:] + LAST).split("HTTP/1.1 ")) == 3
    assert emulator.tasks == []


def test_the_control_api_reads_such_a_body_too(emulator: Emulator) -> None:
    body = with_length(b'{"seconds": 60}')
    before = emulator.control("GET", "/clock")["now"]
    told, _ = answers(
        emulator, asking("/_emulator/accounts/demo/clock/advance", WISHES["as Java"], body, b"127.0.0.1")
    )
    assert told.startswith("200 "), told
    assert emulator.control("GET", "/clock")["now"] != before


def test_many_of_them_on_one_connection_are_answered_in_their_order(emulator: Emulator) -> None:
    calls = [
        asking("/eq.php", wish + b"X-Request-ID: call-%d\r\n" % number, framed(FORM))
        for number, (wish, framed) in enumerate(itertools.product(WISHES.values(), FRAMED.values()))
    ]
    told = answers(emulator, b"".join(calls))
    assert len(told) == len(calls) + 1
    assert [f"call-{number}\r" in answer for number, answer in enumerate(told[:-1])] == [True] * len(calls)


def test_a_bodyless_request_that_asks_is_answered(emulator: Emulator) -> None:
    head = b"GET /_emulator/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert [answer[:3] for answer in answers(emulator, head)] == ["200", "200"]


def test_whoever_asks_first_whether_to_send_a_body_gets_a_continue(emulator: Emulator) -> None:
    whole = asking("/vm.php", WISHES["as Java"] + b"Expect: 100-continue\r\n", with_length(FORM))
    assert [answer[:3] for answer in answers(emulator, whole, 200)][-2:] == ["200", "200"]


def test_a_tunnel_is_refused_and_what_follows_is_not_read(emulator: Emulator) -> None:
    tunnel = b"CONNECT /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n"
    told = said(emulator.url, tunnel + asking("/vm.php", b"", with_length(FORM)))
    assert [answer[:3] for answer in told.split("HTTP/1.1 ")[1:]] == ["405"]
    assert emulator.tasks == []
