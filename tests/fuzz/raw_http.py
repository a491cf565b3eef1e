"""Requests byte by byte, such as no client library sends, and their answers."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from tests.fuzz.caller import HANGS_AFTER


@dataclass(frozen=True)
class Sent:
    """A request. `framing` gives the end of its body; `cut` is the number of bytes missing at the end.

    It is written in as many `segments`, as equal as they can be.
    """

    method: bytes = b"POST"
    target: bytes = b"/vm.php"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    framing: str = "length"
    version: bytes = b"HTTP/1.1"
    cut: int = 0
    segments: int = 1

    def as_bytes(self) -> bytes:
        headers = [(b"Host", b"127.0.0.1"), *self.headers, *_FRAMES[self.framing](self.body)]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        body = _chunked(self.body, self.framing) if "chunked" in self.framing else self.body
        body += b"no HTTP\r\n\r\n" if "and more" in self.framing else b""
        whole = self.method + b" " + self.target + b" " + self.version + b"\r\n" + head + b"\r\n" + body
        return whole[: len(whole) - self.cut] if self.cut else whole

    def in_segments(self) -> list[bytes]:
        whole = self.as_bytes()
        size = -(-len(whole) // self.segments) or 1
        return [whole[at : at + size] for at in range(0, len(whole), size)]


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    content: bytes


def _length(body: bytes) -> bytes:
    return str(len(body)).encode()


_CHUNKED = (b"Transfer-Encoding", b"chunked")
_FRAMES: dict[str, Callable[[bytes], list[tuple[bytes, bytes]]]] = {
    "length": lambda body: [(b"Content-Length", _length(body))],
    "length, and more": lambda body: [(b"Content-Length", _length(body))],
    "chunked": lambda _: [_CHUNKED],
    "chunked, extended": lambda _: [_CHUNKED],
    "chunked, byte by byte": lambda _: [_CHUNKED],
    "chunked and a length": lambda body: [(b"Content-Length", _length(body)), _CHUNKED],
    "two lengths": lambda body: [(b"Content-Length", _length(body)), (b"Content-Length", b"3")],
    "no number": lambda _: [(b"Content-Length", b"ten")],
    "negative": lambda _: [(b"Content-Length", b"-1")],
    "beyond all numbers": lambda _: [(b"Content-Length", b"9" * 40)],
    "none": lambda _: [],
    "too short": lambda body: [(b"Content-Length", str(max(len(body) - 1, 0)).encode())],
    "two codings": lambda _: [(b"Transfer-Encoding", b"gzip, chunked")],
    "unknown coding": lambda body: [
        (b"Transfer-Encoding", b"gzip"),
        (b"Content-Length", _length(body)),
    ],
}
FRAMINGS = tuple(_FRAMES)


def _chunked(body: bytes, framing: str) -> bytes:
    size = 1 if "byte by byte" in framing else 7
    extension = b';odd="yes"' if "extended" in framing else b""
    trailer = b"X-Trailer: 1\r\n" if "extended" in framing else b""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return chunks + b"0\r\n" + trailer + b"\r\n"


def exchange(url: str, sent: Sent) -> Got | None:
    """Send a request on a new connection. None if it ended without an answer. A hanging one is an error."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), HANGS_AFTER) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):  # it may be refused and closed before everything is written
            for segment in sent.in_segments():
                connection.sendall(segment)
            if sent.cut:
                return None
        return _answer(connection, sent.method)


def _answer(connection: socket.socket, method: bytes) -> Got | None:
    response = HTTPResponse(connection, method=method.decode("latin-1"))
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Got(response.status, headers, response.read())
    except (HTTPException, ConnectionError):
        return None
    finally:
        response.close()
