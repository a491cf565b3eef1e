"""The target: the server at a URL that answers as InvAPI."""

import ssl
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from invapi_conformance.answers import Answer, shortened
from invapi_conformance.interruption import Stop
from invapi_conformance.requests import Request
from invapi_conformance.system import CLOCK
from invapi_emulator.whole_answers import FAILURES, TimeLimit, whole_answer

ANSWERS_WITHIN_SECONDS = 60
"""Maximum time from the connection to the last byte of an answer."""

PATIENCE_SECONDS = 60
SILENT_SECONDS = 5
"""Maximum length of a pause that is not told."""

TRIES = 5
_LATER = (429, 503)

Listener = Callable[[Request, Answer], None]


class Unreachable(Exception):
    """No answer came, or only a part of one. `sent` tells whether the target may have got the request."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class Target:
    """Sends requests. If an answer says to come back later, it waits and asks again."""

    def __init__(
        self,
        url: str,
        stop: Stop,
        *,
        ca: str | None = None,
        listener: Listener | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.url = url.rstrip("/")
        self._at = urlsplit(self.url)
        self._stop = stop
        self._ca = ca
        self._listener = listener
        self._say = say

    def send(self, request: Request) -> Answer:
        """Return the answer, whatever its status. Raises Unreachable; Interrupted before or after a call."""
        self._stop.raise_if_asked()
        for tries in range(1, TRIES + 1):
            with self._stop.leaving(may=request.only_reads):
                answer = self._asked(request)
            asks_again = (
                answer.status in _LATER and "retry-after" in answer.headers and request.may_be_repeated
            )
            if not asks_again or tries == TRIES:
                break
            self._wait(request, answer)
        if self._listener is not None:
            self._listener(request, answer)
        return answer

    def _wait(self, request: Request, answer: Answer) -> None:
        """Wait as the answer says, for a time that a person would wait."""
        asked = answer.headers["retry-after"]
        seconds = _seconds(asked)
        if seconds > SILENT_SECONDS:
            said = f"HTTP {answer.status}, Retry-After: {shortened(asked)}"
            self._say(f"{request.module}/{request.action}: {said}: asks again in {seconds:g} seconds")
        self._stop.pause(seconds)

    def _asked(self, request: Request) -> Answer:
        body, headers = request.content()
        sent = False
        limit = TimeLimit(ANSWERS_WITHIN_SECONDS, CLOCK)
        try:
            with closing(self._connection()) as connection:
                connection.connect()
                sent = True
                connection.sock.settimeout(limit.remaining())
                connection.request(request.method, f"{self._at.path}{request.where}", body, headers)
                response, content = whole_answer(connection, limit)
        except FAILURES as problem:
            said = str(problem) or type(problem).__name__
            raise Unreachable(f"{request.module}/{request.action}: no answer: {said}", sent=sent) from None
        return Answer.of(response.status, dict(response.getheaders()), content.decode("utf-8", "replace"))

    def _connection(self) -> HTTPConnection:
        if self._at.scheme != "https":
            return HTTPConnection(self._at.netloc, timeout=ANSWERS_WITHIN_SECONDS)
        context = ssl.create_default_context(cafile=self._ca)
        return HTTPSConnection(self._at.netloc, timeout=ANSWERS_WITHIN_SECONDS, context=context)


def _seconds(text: str) -> float:
    """Read a Retry-After. A date counts as one second, because it would need synchronous clocks."""
    return min(float(text), PATIENCE_SECONDS) if text.isascii() and text.isdigit() else 1
