"""When something falls due next, account by account."""

import heapq

from invapi_emulator.domain.instants import Instant


class Agenda:
    """Real times at which accounts want to be looked at, one for each account."""

    def __init__(self) -> None:
        self._wanted: dict[int, Instant] = {}
        self._ahead: list[tuple[Instant, int]] = []

    def note(self, account_id: int, at: Instant | None) -> None:
        """Have the account looked at then, in place of when it was to be before; None: not at all."""
        if at is None:
            self._wanted.pop(account_id, None)
        elif self._wanted.get(account_id) != at:
            self._wanted[account_id] = at
            heapq.heappush(self._ahead, (at, account_id))

    def first_at(self) -> Instant | None:
        """Return when the first one is to be looked at."""
        while self._ahead and self._wanted.get(self._ahead[0][1]) != self._ahead[0][0]:
            heapq.heappop(self._ahead)
        return self._ahead[0][0] if self._ahead else None

    def take(self, now: Instant) -> int | None:
        """Take out the first account that is to be looked at by now."""
        at = self.first_at()
        if at is None or at > now:
            return None
        _, account_id = heapq.heappop(self._ahead)
        del self._wanted[account_id]
        return account_id
