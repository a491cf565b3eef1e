"""Answering SIGINT and SIGTERM for a while, and ending after them in time."""

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
"""How long a process that was told to end may still wait, for a database that does not answer for example."""


@contextmanager
def on_signals(answer: Callable[..., Any]) -> Iterator[None]:
    """Have a function called when somebody wants this process to end, until the block is left.

    Off the main thread, which alone may say so, signals go where they went.
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
    """See that this process ends, with status 0, even if something that it waits for never comes."""
    timer = threading.Timer(LAST_SECONDS, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    _log.error("ended without waiting any longer for what hangs, such as a database that does not answer")
    os._exit(0)
