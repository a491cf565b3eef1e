"""Read an answer whole, within a size and a time, from any sender: it may have no end, or come byte by byte."""

import io
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from socket import socket
from typing import Any, TypeAlias

LARGEST_ANSWER = 16 * 2**20
"""Maximum number of bytes of an answer, with its headers."""

MOST_LEVELS = 100
"""Maximum number of lists and objects in each other. A world has at most 40, and who reads an answer walks through it."""

_MEBIBYTE = 2**20


Seconds: TypeAlias = Callable[[], float]
"""Returns seconds that never go backwards."""


FAILURES = (OSError, HTTPException, ValueError, ArithmeticError, LookupError, MemoryError)
"""What reading an answer raises. `http.client` raises all but the first two for some malformed HTTP: sizes below 0, numbers of any length."""


class AnswerTooLarge(HTTPException):
    """An answer has more bytes than are read of one."""


class TimeLimit:
    """So many seconds from now."""

    def __init__(self, seconds: float, now: Seconds) -> None:
        self._seconds = seconds
        self._now = now
        self._end = now() + seconds

    def remaining(self) -> float:
        """Return the seconds that remain; raise TimeoutError if none do."""
        if (left := self._end - self._now()) <= 0:
            raise TimeoutError(f"no whole answer within {self._seconds:g} seconds") from None
        return left


class _Bounded(io.RawIOBase):
    """Reads from a socket, up to a number of bytes. Each reading waits for what remains of the time."""

    def __init__(self, sock: socket, most: int, limit: TimeLimit) -> None:
        self._sock = sock
        self._read = sock.makefile("rb", buffering=0)
        self._most = self._left = most
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._limit.remaining())
        try:
            count = self._read.readinto(buffer)
        except TimeoutError:
            self._limit.remaining()  # one that is not ours, as of a handler of SIGALRM, stays as it is
            raise
        self._left -= count or 0
        if self._left < 0:
            raise _too_large(self._most)
        return count

    def close(self) -> None:
        self._read.close()
        super().close()


class _BoundedSocket:
    """What http.client takes of a socket to read an answer."""

    def __init__(self, sock: socket, most: int, limit: TimeLimit) -> None:
        self._given = (sock, most, limit)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Bounded(*self._given))


def whole_answer(
    connection: HTTPConnection, limit: TimeLimit, *, most: int = LARGEST_ANSWER
) -> tuple[HTTPResponse, bytes]:
    """Return the answer to a request that was sent, and its body; raise one of FAILURES."""

    def response(sock: Any, **how: Any) -> HTTPResponse:
        return HTTPResponse(_BoundedSocket(sock, most, limit), **how)  # type: ignore[arg-type]

    connection.response_class = response  # type: ignore[assignment]
    found = connection.getresponse()
    if (found.length or 0) > most:
        raise _too_large(most)
    body = found.read(most + 1)
    if found.length:
        raise IncompleteRead(body, found.length)
    return found, body


def _too_large(most: int) -> AnswerTooLarge:
    return AnswerTooLarge(f"the answer has more than {most / _MEBIBYTE:g} MiB")


def is_too_deep(value: Any) -> bool:
    """Return whether lists and objects lie in each other on more than MOST_LEVELS levels."""
    level = _inside([value])
    for _ in range(MOST_LEVELS):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: Any) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value
    return [inner for inner in values if isinstance(inner, dict | list)]
