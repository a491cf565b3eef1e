"""Request ids, which identify a call in the answer, the log and the journal."""

import re
from itertools import count

from invapi_emulator.process.percent import decodings
from invapi_emulator.process.secret_words import MASK

REQUEST_ID_HEADER = "X-Request-Id"
_TAKEN_OVER = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Numbers the requests of a server. Its start time in microseconds makes them unique across restarts.

    Log and journal do not show the `hidden` words. An empty one hides nothing.
    """

    def __init__(self, started_at: int, *hidden: str) -> None:
        self._life = f"{started_at:x}"
        # The longest first, so that one within another leaves no part of it.
        self.hidden = tuple(sorted(filter(None, hidden), key=len, reverse=True))
        self._numbers = count(1)

    def next(self, given: str | None) -> str:
        """Return the id that a client gave its request if it is a plain word, otherwise a new one."""
        if given is not None and _TAKEN_OVER.fullmatch(given):
            return given
        return f"{self._life}-{next(self._numbers)}"

    def shown(self, text: str) -> str:
        """Return an id, or another part of a request, as log and journal may have it. The answer has the id as it was given, and so tells nobody a word."""
        for word in self.hidden:
            text = text.replace(word, MASK)
        for form in decodings(text):
            if any(word in form for word in self.hidden):
                return self.shown(form)
        return text
