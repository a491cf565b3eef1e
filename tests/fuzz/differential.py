"""Two servers that get the same requests at once, and must give the same answers, to the byte."""

import json
import re
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import TypeAlias

import httpx

from tests.fuzz.caller import HANGS_AFTER
from tests.fuzz.told_events import ToldEvents
from tests.support.harness import Json

Answered: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""

RATE_LIMITED = 429
REAL = {"duration_ms", "received_at"}
"""The journal's real times, which differ between servers."""

WAITED_FOR = re.compile(r'"window":\{[^}]*\}|ask again in \d+ s')
"""Parts of a `rate_limit` in real time. No other fault ignores the account's clock (docs/reference/faults.md)."""


class TheyDiffer(AssertionError):
    """The same call got two different answers."""


class BothServers(httpx.BaseTransport):
    """Sends each request to both servers, and returns the one answer.

    All parts must be equal except real time (the header Date, and the Retry-After of a `rate_limit`) and the
    end of a connection that a fault cuts: the network decides how much of the answer arrives. Both servers
    get the same X-Request-Id, which a client may choose.
    """

    def __init__(self, one: str, other: str) -> None:
        self._lines = [
            HTTPConnection(httpx.URL(url).netloc.decode(), timeout=HANGS_AFTER) for url in (one, other)
        ]
        self._numbers = count()
        self.compared = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {"X-Request-Id": f"both-{next(self._numbers)}"}
        headers |= {name: value for name, value in request.headers.items() if name == "content-type"}
        for line in self._lines:
            line.request(request.method, request.url.raw_path.decode(), request.read(), headers)
        first, other = (_answer(line) for line in self._lines)
        self.compared += 1
        if _compared(first) != _compared(other):
            raise TheyDiffer(f"{request.method} {request.url} {request.content!r}\n{first}\n{other}")
        if first is None:
            raise httpx.RemoteProtocolError("both have cut the connection")
        status, told, content = first
        return httpx.Response(status, headers=told, content=content)

    def close(self) -> None:
        for line in self._lines:
            line.close()


def _answer(line: HTTPConnection) -> Answered | None:
    """Return the answer, or None if the connection was cut."""
    with suppress(HTTPException, ConnectionError):
        response = line.getresponse()
        content = response.read()
        return response.status, response.getheaders(), content
    line.close()
    return None


def _compared(answered: Answered | None) -> Answered | None:
    if answered is None:
        return None
    status, headers, content = answered
    passing = {"date", "retry-after"} if status == RATE_LIMITED else {"date"}
    kept = [(name, value) for name, value in headers if name.lower() not in passing]
    return status, kept, WAITED_FOR.sub("", content.decode("latin-1")).encode("latin-1")


class SameEvents(ToldEvents):
    """Both event streams, read up to the same mark. Ids begin with the real time of the account's creation."""

    def __init__(self, one: httpx.Client, other: httpx.Client) -> None:
        super().__init__(one)
        self._others = ToldEvents(other)

    def next_part(self) -> list[Json]:
        first = super().next_part()
        for one, other in zip(first, self._others.next_part(), strict=True):
            if _without_real_time(one) != _without_real_time(other):
                raise TheyDiffer(f"{one}\n{other}")
        return first


def _without_real_time(event: Json) -> str:
    told = event | {"id": event["id"].split("-")[1:]}
    if event["kind"] == "request":
        told["request"] = {name: value for name, value in event["request"].items() if name not in REAL}
    return WAITED_FOR.sub("", json.dumps(told))
