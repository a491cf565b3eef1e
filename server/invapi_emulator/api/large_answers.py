"""Large answers of the modules: those that are made and not sent have a bound together."""

from threading import RLock
from weakref import finalize

from invapi_emulator.api.answer import Answer

LARGE = 1024 * 1024
"""Number of bytes from which an answer is large."""

MOST_UNSENT = 64 * 1024 * 1024
"""Number of bytes in large answers that are not sent. Above it no further large answer is given."""


class LargeAnswers:
    """Counts the large answers of a server, from when they are made until they are sent or dropped. Threads share it."""

    def __init__(self) -> None:
        self._unsent = 0
        self._lock = RLock()  # an answer may be dropped, and counted off, while this thread counts another

    def has_room_for(self, answer: Answer) -> bool:
        return len(answer.body) < LARGE or self._unsent <= MOST_UNSENT

    def hold(self, answer: Answer) -> None:
        """Count an answer, if it is large, for as long as it is in memory."""
        size = len(answer.body)
        if size >= LARGE:
            self._count(size)
            finalize(answer, self._count, -size).atexit = False

    def _count(self, size: int) -> None:
        with self._lock:
            self._unsent += size
