"""Answering SIGINT and SIGTERM for a while."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TOLD_TO_END = (signal.SIGINT, signal.SIGTERM)


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
