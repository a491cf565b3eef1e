"""Being told to stop: never in the middle of a call, whose answer must be known to clean up after it."""

import threading
from typing import Any


class Interrupted(Exception):
    """Somebody sent SIGINT or SIGTERM."""


class Stop:
    """Notes that it was asked for, and ends pauses; while cleaning up it only notes."""

    def __init__(self) -> None:
        self.asked = False
        self.cleaning_up = False
        self._pausing = False

    def ask(self, *_: Any) -> None:
        self.asked = True
        if self._pausing and not self.cleaning_up:
            raise Interrupted

    def raise_if_asked(self) -> None:
        if self.asked and not self.cleaning_up:
            raise Interrupted

    def pause(self, seconds: float) -> None:
        self._pausing = True
        try:
            self.raise_if_asked()
            if seconds:
                threading.Event().wait(seconds)
        finally:
            self._pausing = False
