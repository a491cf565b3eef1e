"""Handles requests to stop. A call that may change something is never interrupted: cleaning up requires its answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupted(Exception):
    """The process received SIGINT or SIGTERM."""


class Stop:
    """Records a request to stop, and ends pauses and calls that only read. During the clean-up it only records."""

    def __init__(self) -> None:
        self.asked = False
        self.cleaning_up = False
        self._may_leave = False

    def ask(self, *_: Any) -> None:
        self.asked = True
        if self._may_leave and not self.cleaning_up:
            raise Interrupted

    def raise_if_asked(self) -> None:
        if self.asked and not self.cleaning_up:
            raise Interrupted

    def pause(self, seconds: float) -> None:
        with self.leaving(may=True):
            if seconds:
                threading.Event().wait(seconds)

    @contextmanager
    def leaving(self, *, may: bool) -> Iterator[None]:
        """Let a request to stop raise Interrupted anywhere in this block, if it may."""
        self._may_leave = may
        try:
            self.raise_if_asked()
            yield
        finally:
            self._may_leave = False
