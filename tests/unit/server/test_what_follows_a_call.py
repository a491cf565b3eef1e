"""A complete call is answered, whatever follows it on its connection."""

import pytest

from tests.support.harness import Emulator
from tests.support.raw_connection import connected, said, until_closed

FORM = b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a"
CALL = b"POST /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(FORM) + FORM
LIST = b"GET /eq.php?action=list&token=HOSTKEY_TOKEN HTTP/1.1\r\nHost: x\r\n\r\n"
BROKEN_BODY = b"POST /vm.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [(b"no HTTP\r\n\r\n", "405"), (b"x", "405"), (BROKEN_BODY, "400"), (b"GET / HTTP/x\r\n\r\n", "400")],
)
@pytest.mark.parametrize("calls", [[CALL], [CALL, LIST], [CALL, LIST, LIST]])
def test_calls_before_invalid_http_are_answered_first(
    emulator: Emulator, calls: list[bytes], rest: bytes, status: str
) -> None:
    answers = said(emulator.url, b"".join(calls) + rest).split("HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == ["200"] * len(calls) + [status]
    assert '"result":"OK"' in answers[0]
    assert [task["action"] for task in emulator.tasks] == ["create_snapshot"]


def test_a_body_longer_than_its_length_does_not_hide_the_executed_call(
    emulator: Emulator,
) -> None:
    answers = said(emulator.url, CALL.replace(FORM, FORM + b"bcd"))
    assert answers.startswith("HTTP/1.1 200 ")
    assert '"callback":"' in answers
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_client_that_asks_before_sending_its_body_gets_a_continue(emulator: Emulator) -> None:
    head, body = CALL.split(b"\r\n\r\n")
    with connected(emulator.url) as connection:
        connection.sendall(head + b"\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        answer = until_closed(connection)
    assert answer.startswith("HTTP/1.1 200 ")
    assert '"result":"OK"' in answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577", "413"),
        (b"POST /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 15, "413"),
        (b"PUT /vm.php HTTP/1.1\r\nHost: x\r\nContent-Length: 5", "405"),
        (b"PUT /_emulator/accounts/demo/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999", "413"),
        (b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5", "200"),
    ],
)  # fmt: skip
def test_a_client_is_answered_at_once_if_its_body_is_not_wanted(
    emulator: Emulator, head: bytes, status: str
) -> None:
    """It may send no body then, so that the connection ends: the next request would be read as the body."""
    with connected(emulator.url) as connection:
        connection.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        answer = until_closed(connection)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert answer.lower().count("connection: close") == 1


def test_an_answer_without_a_body_comes_before_the_refusal_of_the_rest(emulator: Emulator) -> None:
    head = b"HEAD /eq.php HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = said(emulator.url, head + b"no HTTP\r\n\r\n").split("HTTP/1.1 ")[1:]
    assert [("x-request-id" in answer.lower(), "connection: close" in answer) for answer in answers] == [
        (True, False), (False, True),
    ]  # fmt: skip
