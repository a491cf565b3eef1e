"""Handle SIGINT and SIGTERM, and end in time after them."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_log = logging.getLogger(__name__)

TOLD_TO_END = (signal.SIGINT, signal.SIGTERM)

LAST_SECONDS = 2.5
"""How long a process may wait after a signal, for example for a database that does not answer."""


@contextmanager
def on_signals(answer: Callable[..., Any]) -> Iterator[None]:
    """Call a function on SIGINT and SIGTERM, until the end of the block.

    Does nothing outside the main thread, as only that can set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, answer) for number in TOLD_TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_the_latest() -> None:
    """End this process with status 0 after LAST_SECONDS, even if it still waits for something."""
    timer = threading.Timer(LAST_SECONDS, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    _log.error("forced the end: something hangs, such as a database that does not answer")
    os._exit(0)
