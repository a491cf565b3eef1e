"""The only reader of real time. All other code gets the time from it."""

import time
from collections.abc import Callable
from functools import partial

from invapi_emulator.domain.instants import Instant

RealTime = Callable[[], Instant]
"""Returns the real time in microseconds since 1970. It never goes backwards."""


def _readers() -> tuple[Callable[[], int], Callable[[], int]]:
    """Return the readers of the machine's time and of a counter that runs evenly, both in nanoseconds.

    A test around an embedded server may replace the functions of `time`. freezegun replaces them in every module
    that has one, but finds no partial function.
    """
    if hasattr(time, "clock_gettime_ns"):
        read = time.clock_gettime_ns
        return partial(read, time.CLOCK_REALTIME), partial(read, time.CLOCK_MONOTONIC)
    return partial(time.time_ns), partial(time.monotonic_ns)


_machine_ns, _counter_ns = _readers()
_COUNTER_AT_ZERO = _machine_ns() - _counter_ns()
"""Read when this module is imported: later, a test may have set the machine's time."""


def real_time() -> RealTime:
    """Return a reader that starts at the machine's time, then counts evenly even if that is changed."""
    counter_ns, at_zero = _counter_ns, _COUNTER_AT_ZERO
    return lambda: (at_zero + counter_ns()) // 1000
