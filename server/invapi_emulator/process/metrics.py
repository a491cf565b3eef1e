"""Counters of the running server for `/metrics`: plain numbers, cheap to increase."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of a Timing, in seconds. One more bucket has all longer times."""


class Timing:
    """A histogram of durations."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)
        self._lock = Lock()  # on PostgreSQL, transactions end in several threads

    def add(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds
            self._counts[bisect_left(BOUNDS, seconds)] += 1

    def up_to_each_bound(self) -> Iterator[int]:
        """Return the number of durations up to each of BOUNDS, and at the end the total number."""
        return accumulate(self._counts)


@dataclass
class Metrics:
    """Calls by module, action and result; durations of calls by module and action, of transactions by kind.

    `admin_tokens_refused` counts wrong admin tokens; `callbacks` tries to send one, by how they ended.
    """

    database: dict[str, Timing]
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    times: dict[tuple[str, str], Timing] = field(default_factory=dict)

    admin_tokens_refused: int = 0
    callbacks: Counter[str] = field(default_factory=Counter)

    def add_call(self, module: str, action: str, result: str, seconds: float) -> None:
        self.calls[module, action, result] += 1
        timing = self.times.get((module, action))
        if timing is None:
            timing = self.times[module, action] = Timing()
        timing.add(seconds)
