"""A queue of due times by key, in which the first is found quickly."""

import heapq
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from invapi_emulator.domain.instants import Instant

K = TypeVar("K", bound=Hashable)


class DueQueue(Generic[K]):
    """One time for each key. Keys with the same time are in order of their place."""

    def __init__(self, due: Iterable[tuple[Instant, int, K]] = ()) -> None:
        self._ahead = list(due)
        heapq.heapify(self._ahead)
        self._at = {key: at for at, _, key in self._ahead}

    def set(self, key: K, at: Instant | None, place: int = 0) -> None:
        """Set the time when a key is due. None removes it."""
        if at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != at:
            self._at[key] = at
            heapq.heappush(self._ahead, (at, place, key))

    def first_at(self) -> Instant | None:
        """Return when the first key is due."""
        while self._ahead and self._at.get(self._ahead[0][2]) != self._ahead[0][0]:
            heapq.heappop(self._ahead)
        return self._ahead[0][0] if self._ahead else None

    def due(self, now: Instant, most: int) -> list[K]:
        """Return the first `most` keys that are due by now, in order. They stay in the queue."""
        taken: dict[K, tuple[Instant, int, K]] = {}
        while len(taken) < most and (at := self.first_at()) is not None and at <= now:
            entry = heapq.heappop(self._ahead)
            taken[entry[2]] = entry
        for entry in taken.values():
            heapq.heappush(self._ahead, entry)
        return list(taken)

    def take(self, now: Instant) -> K | None:
        """Remove and return the first key that is due by now."""
        keys = self.due(now, 1)
        if not keys:
            return None
        self.set(keys[0], None)
        return keys[0]

    def times(self) -> dict[K, Instant]:
        """Return when each key is due."""
        return self._at
