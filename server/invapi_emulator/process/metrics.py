"""What is counted while the server runs, for `/metrics`: plain numbers, cheap to add to."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which each bucket of a Timing reaches; one more has all that took longer."""


class Timing:
    """How long something took, each time; in buckets."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)
        self._lock = Lock()  # on PostgreSQL, transactions end in several threads

    def add(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds
            self._counts[bisect_left(BOUNDS, seconds)] += 1

    def up_to_each_bound(self) -> Iterator[int]:
        """Return how many took no longer than each of BOUNDS, and at last how many there were."""
        return accumulate(self._counts)


@dataclass
class Metrics:
    """Calls by module, action and result; their times by module and action; what transactions took, by kind."""

    database: dict[str, Timing]
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    times: dict[tuple[str, str], Timing] = field(default_factory=dict)

    def add_call(self, module: str, action: str, result: str, seconds: float) -> None:
        self.calls[module, action, result] += 1
        timing = self.times.get((module, action))
        if timing is None:
            timing = self.times[module, action] = Timing()
        timing.add(seconds)
