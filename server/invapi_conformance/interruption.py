"""Handles requests to stop. A call is never interrupted: cleaning up requires its answer."""

import threading
from typing import Any


class Interrupted(Exception):
    """The process received SIGINT or SIGTERM."""


class Stop:
    """Records a request to stop, and ends pauses. During the clean-up it only records."""

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
