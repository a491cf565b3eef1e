"""Read the start of an answer, within a size and a time: what a callback's receiver sends may have no end."""

import io
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from socket import socket
from typing import Any

from invapi_emulator.whole_answers import TimeLimit

MOST_BYTES = 4_096
"""Maximum number of bytes that are read of an answer, with its headers."""


class _Start(io.RawIOBase):
    """The first bytes that come from a socket, as if nothing followed them."""

    def __init__(self, sock: socket, limit: TimeLimit) -> None:
        self._sock = sock
        self._read = sock.makefile("rb", buffering=0)  # http.client closes the socket, this stays open
        self._left = MOST_BYTES
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer)[: self._left]
        self._sock.settimeout(self._limit.remaining())
        count = self._read.readinto(wanted) or 0 if wanted else 0
        self._left -= count
        return count

    def close(self) -> None:
        self._read.close()
        super().close()


class _StartOfSocket:
    """What http.client takes of a socket to read an answer."""

    def __init__(self, sock: socket, limit: TimeLimit) -> None:
        self._start = _Start(sock, limit)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._start, MOST_BYTES)


class _FinalResponse(HTTPResponse):
    """The final answer. Of those that are announced before it, as 103, http.client passes over 100 alone."""

    def begin(self) -> None:
        super().begin()
        while self.status < HTTPStatus.OK and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = None  # type: ignore[assignment] # it reads the next head only without one
            super().begin()


def status_of_answer(connection: HTTPConnection, limit: TimeLimit) -> int:
    """Return the status of the answer to a request that was sent; raise OSError or HTTPException.

    What follows the head is read too, as far as size and time allow: a receiver that still writes would see its
    connection reset.
    """

    def response(sock: Any, **how: Any) -> HTTPResponse:
        return _FinalResponse(_StartOfSocket(sock, limit), **how)  # type: ignore[arg-type] # it only makes a file of it

    connection.response_class = response  # type: ignore[assignment] # as above
    with connection.getresponse() as found:
        with suppress(OSError, HTTPException):
            found.read(MOST_BYTES)
        return found.status
