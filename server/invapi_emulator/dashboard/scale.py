"""The time window of a drawing, and the places of instants in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from invapi_emulator.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from invapi_emulator.domain.tasks import Task

WINDOWS = {"30s": 30 * SECOND, "2m": 2 * MINUTE, "10m": 10 * MINUTE, "1h": HOUR, "6h": 6 * HOUR, "24h": DAY}
_FITTED = 8
"""Number of newest tasks that the default window shows."""

_SHORTEST = 10 * SECOND
"""Minimum length of the default window, up to now."""

_AHEAD = 9
"""Maximum length of the default window past now, as a multiple of its length up to now. So now is never at its edge."""

_AIR = 0.04
"""Share of the width that stays empty at an edge."""


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
    """Return the window to draw: the wanted one, or the shortest that shows the newest tasks. It always has now.

    It extends past now to the last due time of a running task: by at most its own length, or by a multiple of it if
    no window is wanted.
    """
    newest = tasks[-_FITTED:]
    first = min((task.created_at for task in newest), default=now)
    length = WINDOWS.get(wanted) or min(max(now - first, _SHORTEST), DAY)
    seen = tasks if wanted in WINDOWS else newest
    due = max([now, *(task.due_at for task in seen if task.state == "running" and task.due_at)])
    until = min(due, now + length * (1 if wanted in WINDOWS else _AHEAD))
    air = round((until - now + length) * _AIR)
    return Scale(max(now - length - (0 if wanted in WINDOWS else air), 0), until + air)
