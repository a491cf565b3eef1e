"""Moving an account's clock forward by more than the time that passed."""

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.storage import accounts, events
from invapi_emulator.storage.database import Transaction
from invapi_emulator.tasks.advance import advance_due_tasks


def jump_to(tx: Transaction, account: Account, now: Instant, real_now: Instant) -> None:
    """Move the clock to `now`; all that falls due on the way takes effect in this transaction."""
    record_move(tx, account, now, real_now)
    while advance_due_tasks(tx, account, now):
        pass


def record_move(tx: Transaction, account: Account, now: Instant, real_now: Instant) -> None:
    """Move the clock to `now`, and leave what falls due to others."""
    was = account.clock.now(real_now)
    accounts.set_clock(tx, account.id, account.clock.moved_to(now, real_now))
    events.record(tx, account.id, now, "clock_moved", was=iso(was), now=iso(now))
