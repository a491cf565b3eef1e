"""The only reader of real time; everything else is handed what it says."""

import time
from collections.abc import Callable

from invapi_emulator.domain.instants import Instant

RealTime = Callable[[], Instant]
"""Answers the real time in microseconds since 1970, never going backwards."""


def real_time() -> RealTime:
    """Return a reader that starts at the machine's time and then counts evenly, whatever is done to that time."""
    started_at = time.time_ns() // 1000
    counter_at_start = time.monotonic_ns() // 1000
    return lambda: started_at + time.monotonic_ns() // 1000 - counter_at_start
