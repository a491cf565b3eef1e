"""The only reader of real time. All other code gets the time from it."""

import time
from collections.abc import Callable

from invapi_emulator.domain.instants import Instant

RealTime = Callable[[], Instant]
"""Returns the real time in microseconds since 1970. It never goes backwards."""


def real_time() -> RealTime:
    """Return a reader that starts at the machine's time, then counts evenly even if that is changed."""
    started_at = time.time_ns() // 1000
    counter_at_start = time.monotonic_ns() // 1000
    return lambda: started_at + time.monotonic_ns() // 1000 - counter_at_start
