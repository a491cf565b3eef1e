"""Moving an account's clock forward by more than the time that passed."""

from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage import accounts, events
from invapi_emulator.storage.unit_of_work import UnitOfWork


def move_clock(unit: UnitOfWork, now: Instant) -> None:
    """Move the clock to `now`, and leave what falls due to others."""
    clock = unit.account.clock
    was = clock.now(unit.real_now)
    accounts.set_clock(unit, clock.moved_to(now, unit.real_now))
    events.record(unit, now, "clock_moved", was=iso(was), now=iso(now))
