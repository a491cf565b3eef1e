"""Handle SIGINT and SIGTERM, and end in time after them."""

import logging
import os
import signal
import sys
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

    A process that was told to end is ending when the block is left: further signals are ignored from there. With
    `end_within`, the process ends with status 0 so many seconds after the first signal, even if nothing but the handler
    gets its turn. Does nothing outside the main thread, as only that can set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told: list[int] = []

    def tell(number: int, frame: object) -> None:
        told.append(number)
        answer(number, frame)

    handler = tell if end_within is None else _with_deadline(tell, end_within)
    before = {number: signal.signal(number, handler) for number in TOLD_TO_END}
    try:
        yield
    finally:
        for number in TOLD_TO_END:
            ending = told or signal.getsignal(number) is signal.SIG_IGN
            signal.signal(number, signal.SIG_IGN if ending else before[number])


def leave(*_: object) -> None:
    """End with status 0 during a start, on a signal. By default, the first process of a container ignores signals."""
    sys.exit(0)


def _with_deadline(answer: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """Return a handler that also starts the deadline.

    The thread is there before the signal, as a handler that interrupts a lock's owner must not take a lock:
    a thread cannot be started there, but `SimpleQueue.put` is made for it.
    """
    signals: SimpleQueue[None] = SimpleQueue()

    def watch() -> None:
        signals.get()
        threading.Event().wait(seconds)
        _end(seconds)

    def told(number: int, frame: object) -> None:
        signals.put(None)
        answer(number, frame)

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    return told


def _end(seconds: float) -> None:
    _log.error(
        "forced the end %g s after the signal: something has not ended by then, such as a database that does not answer",
        seconds,
    )
    os._exit(0)
