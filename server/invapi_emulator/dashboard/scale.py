"""The time window of a drawing, and the places of instants in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from invapi_emulator.domain.instants import DAY, HOUR, MINUTE, Instant
from invapi_emulator.domain.tasks import Task

WINDOWS = {"2m": 2 * MINUTE, "10m": 10 * MINUTE, "1h": HOUR, "6h": 6 * HOUR, "24h": DAY}
_FITTED = 8
"""Number of newest tasks that the default window shows."""

_AIR = 0.04
"""Share of the width that stays empty on the right."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Converts times to places, in percent of the width."""

    since: Instant
    until: Instant

    def place(self, at: Instant) -> float:
        share = (at - self.since) / max(self.until - self.since, 1)
        return round(100 * max(0.0, min(1.0, share)), 3)

    def within(self, start: Instant, at: Instant, end: Instant) -> float:
        """Return the place of `at` in a bar from `start` to `end`, in percent of the bar's visible part."""
        left, right = self.place(start), self.place(end)
        return round(100 * (self.place(at) - left) / (right - left), 3) if right > left else 0.0

    def times(self, count: int) -> list[Instant]:
        """Return times to label the axis with, evenly spaced from the left edge."""
        step = max((self.until - self.since) // count, 1)
        return [self.since + step * number for number in range(count)]


def window_of(wanted: str, tasks: Sequence[Task], now: Instant) -> Scale:
    """Return the window to draw: the wanted one, or the shortest that shows the newest tasks.

    It extends past now to the last due time of a running task, by at most its own length.
    """
    first = min((task.created_at for task in tasks[-_FITTED:]), default=now)
    length = WINDOWS.get(wanted) or min(max(now - first, MINUTE), DAY)
    due = max([now, *(task.due_at for task in tasks if task.state == "running" and task.due_at)])
    until = min(due, now + length)
    return Scale(max(now - length, 0), until + round((until - now + length) * _AIR))
