"""An account's clock: the time it shows at a given real time."""

import math
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.instants import LATEST, SEEDED_START, Instant

ClockMode: TypeAlias = Literal["real", "frozen", "auto"]

MAX_RATE = 10_000
MAX_POLLS = 1_000_000


class ClockStart(Struct, frozen=True):
    """How an account's clock starts, and starts again after a reset. `now` is the chosen start, if one was chosen."""

    mode: ClockMode = "real"
    rate: float = 10
    polls: int = 1
    now: Instant | None = None

    def clock(self, *, seeded: bool, made_at: Instant, real_now: Instant) -> "Clock":
        """Return the clock as it starts.

        It starts at the real time. A frozen or auto clock with a seed starts at 2030-01-01, so that runs repeat. Without
        a seed it starts again where it first started, when the account was made.
        """
        now = self.now
        if now is None:
            now = real_now if self.mode == "real" else SEEDED_START if seeded else made_at
        return Clock(self.mode, self.rate, self.polls, now, real_now)

    def changed(
        self,
        *,
        mode: ClockMode | None = None,
        rate: float | None = None,
        polls: int | None = None,
        now: Instant | None = None,
    ) -> "ClockStart":
        """Return the start with the given parts changed."""
        return ClockStart(
            mode=self.mode if mode is None else mode,
            rate=self.rate if rate is None else rate,
            polls=self.polls if polls is None else polls,
            now=self.now if now is None else now,
        )


class Clock(Struct, frozen=True):
    """A clock that showed `base` at the real time `anchor`.

    `real` and `auto` run at `rate` seconds per real second. `frozen` only moves when it is advanced. On `auto`, the
    check after `polls` checks of an unfinished task jumps the clock to the task's due time.
    """

    mode: ClockMode
    rate: float
    polls: int
    base: Instant
    anchor: Instant

    def now(self, real_now: Instant) -> Instant:
        if self.mode == "frozen":
            return self.base
        return min(self.base + int(max(real_now - self.anchor, 0) * self.rate), LATEST)

    def moved_to(self, now: Instant, real_now: Instant) -> "Clock":
        return replace(self, base=now, anchor=real_now)

    def changed(
        self,
        real_now: Instant,
        *,
        mode: ClockMode | None = None,
        rate: float | None = None,
        polls: int | None = None,
        now: Instant | None = None,
    ) -> "Clock":
        """Return the clock with these parts changed. Everything else, the time included, goes on."""
        return Clock(
            mode=self.mode if mode is None else mode,
            rate=self.rate if rate is None else rate,
            polls=self.polls if polls is None else polls,
            base=self.now(real_now) if now is None else now,
            anchor=real_now,
        )

    def real_time_of(self, instant: Instant) -> Instant | None:
        """Return the real time at which this clock will show `instant`. Return None if it stands still, or nearly so."""
        wait = math.inf if self.mode == "frozen" else -(-(instant - self.base) // self.rate)
        return None if math.isinf(wait) else self.anchor + int(wait)
