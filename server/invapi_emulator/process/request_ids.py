"""Ids of requests, by which a call is found again in answer, log and journal."""

import re
from itertools import count

REQUEST_ID_HEADER = "X-Request-Id"
_TAKEN_OVER = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Counts the requests of one server; when it started, in microseconds, tells them from those of its other lives."""

    def __init__(self, started_at: int) -> None:
        self._life = f"{started_at:x}"
        self._numbers = count(1)

    def next(self, given: str | None) -> str:
        """Return the id that a client gave its request, if it is a plain word, else a new one."""
        if given is not None and _TAKEN_OVER.fullmatch(given):
            return given
        return f"{self._life}-{next(self._numbers)}"
