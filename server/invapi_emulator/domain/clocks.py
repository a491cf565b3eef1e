"""An account's clock: what time it is there, given the real time."""

import math
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from invapi_emulator.domain.instants import LATEST, SEEDED_START, Instant

ClockMode: TypeAlias = Literal["real", "frozen", "auto"]

MAX_RATE = 10_000
MAX_POLLS = 1_000_000


class ClockStart(Struct, frozen=True):
    """How an account's clock starts, and starts again after a reset; `now` is set where somebody chose it."""

    mode: ClockMode = "real"
    rate: float = 10
    polls: int = 1
    now: Instant | None = None

    def clock(self, *, seeded: bool, made_at: Instant, real_now: Instant) -> "Clock":
        """Return the clock as it starts.

        It starts at real now. A frozen or auto one with a seed starts at 2030-01-01, so that runs repeat; one
        without a seed starts again where it started at first, when the account was made.
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
    """A clock that stood at `base` when the real time was `anchor`.

    `real` and `auto` run at `rate` seconds per real second; `frozen` moves only when told. On `auto` an
    unfinished task withstands `polls` checks, and the next one jumps the clock to its due time.
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
        """Return the clock with the given parts changed; what is left out, the time too, goes on as it was."""
        return Clock(
            mode=self.mode if mode is None else mode,
            rate=self.rate if rate is None else rate,
            polls=self.polls if polls is None else polls,
            base=self.now(real_now) if now is None else now,
            anchor=real_now,
        )

    def real_time_of(self, instant: Instant) -> Instant | None:
        """Return the real time at which this clock will show `instant`; None when it stands still, or nearly so."""
        wait = math.inf if self.mode == "frozen" else -(-(instant - self.base) // self.rate)
        return None if math.isinf(wait) else self.anchor + int(wait)
