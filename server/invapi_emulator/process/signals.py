"""Handle SIGINT and SIGTERM, and end in time after them."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

_log = logging.getLogger(__name__)

TOLD_TO_END = (signal.SIGINT, signal.SIGTERM)

LAST_SECONDS = 2.5
"""How long a process may wait after a signal, for example for a database that does not answer."""


@contextmanager
def on_signals(answer: Callable[..., Any], *, end_within: float | None = None) -> Iterator[None]:
    """Call a function on SIGINT and SIGTERM, until the end of the block.

    With `end_within`, the process ends with status 0 so many seconds after the first signal, even if nothing
    but the handler gets its turn. Does nothing outside the main thread, as only that can set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = answer if end_within is None else _with_deadline(answer, end_within)
    before = {number: signal.signal(number, told) for number in TOLD_TO_END}
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


def _with_deadline(answer: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """Return a handler that also starts the deadline.

    The thread is there before the signal, as a handler that interrupts a lock's owner must not take a lock:
    a thread cannot be started there, but `SimpleQueue.put` is made for it.
    """
    signals: SimpleQueue[None] = SimpleQueue()

    def watch() -> None:
        signals.get()
        threading.Event().wait(seconds)
        _end()

    def told(number: int, frame: object) -> None:
        signals.put(None)
        answer(number, frame)

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    return told


def _end() -> None:
    _log.error("forced the end: something hangs, such as a database that does not answer")
    os._exit(0)
