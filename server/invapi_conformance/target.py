"""The target: the server at a URL that answers as InvAPI."""

import ssl
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from invapi_conformance.answers import Answer
from invapi_conformance.interruption import Stop
from invapi_conformance.requests import Request

ANSWERS_WITHIN_SECONDS = 60
PATIENCE_SECONDS = 60
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
        self, url: str, stop: Stop, *, ca: str | None = None, listener: Listener | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._at = urlsplit(self.url)
        self._stop = stop
        self._ca = ca
        self._listener = listener

    def send(self, request: Request) -> Answer:
        """Return the answer, whatever its status. Raises Unreachable; Interrupted before or after a call."""
        self._stop.raise_if_asked()
        for tries in range(1, TRIES + 1):
            answer = self._asked(request)
            if answer.status not in _LATER or "retry-after" not in answer.headers or tries == TRIES:
                break
            self._stop.pause(_seconds(answer.headers["retry-after"]))
        if self._listener is not None:
            self._listener(request, answer)
        return answer

    def _asked(self, request: Request) -> Answer:
        body, headers = request.content()
        sent = False
        try:
            with closing(self._connection()) as connection:
                connection.connect()
                sent = True
                connection.request(request.method, f"{self._at.path}{request.where}", body, headers)
                response = connection.getresponse()
                text = response.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as problem:
            said = str(problem) or type(problem).__name__
            raise Unreachable(f"{request.module}/{request.action}: no answer: {said}", sent=sent) from None
        return Answer.of(response.status, dict(response.getheaders()), text)

    def _connection(self) -> HTTPConnection:
        if self._at.scheme != "https":
            return HTTPConnection(self._at.netloc, timeout=ANSWERS_WITHIN_SECONDS)
        context = ssl.create_default_context(cafile=self._ca)
        return HTTPSConnection(self._at.netloc, timeout=ANSWERS_WITHIN_SECONDS, context=context)


def _seconds(text: str) -> float:
    """Read a Retry-After. A date counts as one second, because it would need synchronous clocks."""
    return min(float(text), PATIENCE_SECONDS) if text.isascii() and text.isdigit() else 1
