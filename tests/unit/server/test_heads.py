"""A head that two readers could take differently is refused, and what follows it is not read."""

import pytest

from tests.support.harness import Emulator
from tests.support.raw_connection import said

FORM = b"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name=a"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(FORM), FORM)
LENGTH = b"Content-Length: %d\r\n" % len(FORM)
CODING = b"Transfer-Encoding: chunked\r\n"
HOST = b"Host: x\r\n"
HIDDEN = b"GET /eq.php?action=off&token=HOSTKEY_TOKEN&id=12345 HTTP/1.1\r\nHost: x\r\n\r\n"

REFUSED = {
    "two hosts": HOST + b"Host: y\r\n" + LENGTH,
    "the same host twice": HOST + HOST + LENGTH,
    "no host": LENGTH,
    "another coding before chunked": HOST + b"Transfer-Encoding: gzip, chunked\r\n",
    "two codings in two lines": HOST + b"Transfer-Encoding: gzip\r\n" + CODING,
    "chunked twice": HOST + CODING + CODING,
    "chunked, chunked": HOST + b"Transfer-Encoding: chunked, chunked\r\n",
    "chunked is not the last": HOST + b"Transfer-Encoding: chunked, gzip\r\n",
    "chunked with a parameter": HOST + b"Transfer-Encoding: chunked;q=1\r\n",
    "an unknown coding": HOST + b"Transfer-Encoding: xchunked\r\n",
    "identity": HOST + b"Transfer-Encoding: identity\r\n",
    "identity and a length": HOST + b"Transfer-Encoding: identity\r\n" + LENGTH,
    "an empty coding": HOST + b"Transfer-Encoding: \r\n" + LENGTH,
    "a coding and a length": HOST + CODING + LENGTH,
    "a length and a coding": HOST + LENGTH + CODING,
    "two lengths": HOST + LENGTH + LENGTH,
    "two lengths in one line": HOST + b"Content-Length: 58, 58\r\n",
    "a length with a sign": HOST + b"Content-Length: +58\r\n",
    "a length in hexadecimal": HOST + b"Content-Length: 0x3a\r\n",
    "an empty length": HOST + b"Content-Length: \r\n",
    "a space behind a name": HOST + b"Content-Length : 58\r\n",
    "a space within a name": HOST + LENGTH + b"Bad name: 1\r\n",
    "a folded value": HOST + LENGTH + b"X-Fold: a\r\n b\r\n",
    "a folded coding": HOST + b"Transfer-Encoding:\r\n chunked\r\n",
    "a line that starts with a space": HOST + b" X: 1\r\n" + LENGTH,
    "a line that ends with LF": HOST + b"X: 1\n" + LENGTH,
    "a CR within a value": HOST + b"X: 1\rY: 2\r\n" + LENGTH,
}  # fmt: skip


def answers(emulator: Emulator, head: bytes, version: bytes = b"HTTP/1.1") -> list[str]:
    body = CHUNKS if b"ransfer-E" in head and b"identity" not in head else FORM
    whole = b"POST /vm.php %b\r\n%b\r\n%b" % (version, head, body)
    return said(emulator.url, whole + HIDDEN).split("HTTP/1.1 ")[1:]


@pytest.mark.parametrize("head", REFUSED.values(), ids=REFUSED)
def test_it_is_400_and_closes(emulator: Emulator, head: bytes) -> None:
    (answer,) = answers(emulator, head)
    assert answer.startswith("400 ")
    assert "x-emulator-reason: malformed_body" in answer.lower()
    assert emulator.tasks == []


def test_chunks_are_no_part_of_http_1_0(emulator: Emulator) -> None:
    (answer,) = answers(emulator, HOST + CODING, b"HTTP/1.0")
    assert "HTTP/1.0 has no Transfer-Encoding" in answer
    assert emulator.tasks == []


def test_http_1_0_needs_no_host(emulator: Emulator) -> None:
    (answer,) = answers(emulator, LENGTH, b"HTTP/1.0")
    assert answer.startswith("200 ")


@pytest.mark.parametrize("written", [b"Chunked", b"\tCHUNKED "])
def test_the_name_of_the_coding_may_be_written_in_any_case(emulator: Emulator, written: bytes) -> None:
    first, *_ = answers(emulator, HOST + b"Connection: close\r\nTransfer-Encoding:" + written + b"\r\n")
    assert '"callback":"' in first


def test_a_trailer_does_not_change_the_head(emulator: Emulator) -> None:
    """It would turn the body into JSON, which is 415, and open the control API to another host."""
    trailer = CHUNKS[:-2] + b"Content-Type: application/json\r\nHost: y\r\nConnection: close\r\n\r\n"
    head = b"POST /vm.php HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    assert '"callback":"' in said(emulator.url, head + CODING + b"\r\n" + trailer)


@pytest.mark.parametrize("trailer", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_length_or_a_coding_in_a_trailer_is_refused(emulator: Emulator, trailer: bytes) -> None:
    """They say how a message is read, which a proxy could then read differently (RFC 9110, 6.5.1)."""
    head = b"POST /eq.php HTTP/1.1\r\n" + HOST
    body = CHUNKS[:-2] + trailer + b"\r\n\r\n"
    assert said(emulator.url, head + CODING + b"\r\n" + body).startswith("HTTP/1.1 400 ")


@pytest.mark.parametrize("version", [b"0.9", b"1.2", b"1.9", b"2.0", b"3.0", b"9.9"])
def test_another_version_of_http_is_505(emulator: Emulator, version: bytes) -> None:
    answer = _asked_in(emulator, b"HTTP/" + version)
    assert answer.startswith("HTTP/1.1 505 ")
    assert "x-emulator-reason: malformed_body" in answer.lower()
    assert "HTTP/1.0 and HTTP/1.1 are read" in answer


@pytest.mark.parametrize("version", [b"2", b"3", b"1.10", b"11.1", b"01.1", b"1.01", b"1.", b"a.b", b""])
def test_what_is_not_a_version_of_http_is_400(emulator: Emulator, version: bytes) -> None:
    answer = _asked_in(emulator, b"HTTP/" + version)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "x-emulator-reason: malformed_body" in answer.lower()


def _asked_in(emulator: Emulator, version: bytes) -> str:
    """Send a call that is not accepted. Return the answer."""
    answer = said(emulator.url, b"POST /vm.php %b\r\n%b\r\n%b" % (version, HOST + LENGTH, FORM) + HIDDEN)
    assert emulator.tasks == []
    return answer


def test_of_two_headers_the_first_counts(emulator: Emulator) -> None:
    head = b"POST /eq.php HTTP/1.1\r\nX-Request-Id: first\r\n" + HOST + b"X-Request-Id: second\r\n"
    answer = said(emulator.url, head + LENGTH + b"Connection: close\r\n\r\n" + FORM)
    assert "x-request-id: first\r\n" in answer.lower()


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (b"", b"localhost", "200"),
        (b"", b"evil.example", "403"),
        (b"http://evil.example", b"localhost", "403"),
        (b"HTTP://evil.example:80", b"localhost", "403"),
        (b"http://localhost@evil.example", b"localhost", "403"),
        (b"http://localhost", b"evil.example", "200"),
        (b"http://a@LOCALHOST:8650", b"evil.example", "200"),
        (b"http://[::1]:80", b"evil.example", "200"),
    ],
)
def test_the_host_of_a_whole_url_counts_and_the_header_does_not(
    emulator: Emulator, target: bytes, host: bytes, status: str
) -> None:
    path = b"/_emulator/accounts"
    head = b"GET %b%b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % (target, path, host)
    answer = said(emulator.url, head)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert ("foreign_host" in answer) == (status == "403")
