"""What the kit needs from the system: time, a unique name, and signals to stop."""

import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Returns seconds that never go backwards."""


CLOCK: Clock = time.monotonic


def new_name() -> str:
    return secrets.token_hex(6)


def new_password() -> str:
    """Return a root password as the vendor's rules want it."""
    return f"Aa1-{secrets.token_hex(12)}"


@contextmanager
def on_signals(answer: Callable[..., Any]) -> Iterator[None]:
    """Call a function on SIGINT and SIGTERM until the block ends. Does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, answer) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
