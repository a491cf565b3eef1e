"""Moving an account's clock forward by more than the time that passed."""

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage import accounts, events
from invapi_emulator.storage.transaction import Transaction


def move_clock(tx: Transaction, account: Account, now: Instant, real_now: Instant) -> None:
    """Move the clock to `now`, and leave what falls due to others."""
    was = account.clock.now(real_now)
    accounts.set_clock(tx, account.id, account.clock.moved_to(now, real_now))
    events.record(tx, account.id, now, "clock_moved", was=iso(was), now=iso(now))
