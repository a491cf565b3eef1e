"""Callbacks: calls that the emulator owes to a client since an installation has ended.

A callback is a row, written with the end of the task. A worker claims it for the time of a lease, calls, and records
the outcome. If the worker is killed meanwhile, the lease runs out, and another try is made.
"""

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, select, update

from invapi_emulator.domain.callback_urls import checked_callback_url, shown_url
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.storage import events
from invapi_emulator.storage.callback_tables import callback
from invapi_emulator.storage.statement import Insertion, Statement
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

MOST_TRIES = 3
PAUSES = (5 * SECOND, 30 * SECOND)
"""Real time between the end of a try and the next one."""

LEASE = 30 * SECOND
"""Real time for which a claimed callback is one worker's. A try takes at most a sixth of it."""

KEPT = 1_000
"""Number of callbacks kept for each account whose outcome is known."""

LOST = "the emulator ended during the try"

_INSERT = Insertion(
    callback, ("account_id", "server", "invoice", "url", "status", "made_at", "attempts", "next_at")
)
_DUE_AT: ColumnElement[Instant] = func.coalesce(callback.c.leased_until, callback.c.next_at)
_IS_PENDING = callback.c.next_at.is_not(None)
_FIRST: Statement[Instant | None] = Statement(select(func.min(_DUE_AT)).where(_IS_PENDING), lambda at: at)
_FIELDS = ("id", "account_id", "server", "invoice", "url", "status", "attempts")


class Callback(Struct, frozen=True):
    """A claimed callback. `attempts` counts the tries, this one included; it is MOST_TRIES + 1 if none is left."""

    id: int
    account_id: int
    server: int
    invoice: int
    url: str
    status: str
    attempts: int

    @property
    def is_used_up(self) -> bool:
        return self.attempts > MOST_TRIES


class Outcome(Struct, frozen=True):
    """How a try ended: with the HTTP status of an answer, with an error, or with both. It failed if it has an error."""

    status: int | None = None
    error: str | None = None


# In a unit of work


def add(
    unit: UnitOfWork, url: str, server: int, invoice: int, status: str, made_at: Instant | None = None
) -> None:
    """Owe a call to this URL from now on. Raise ValueError for one that `checked_callback_url` refuses.

    `made_at` is the end of the installation on the account's clock; None: its present time.
    """
    at = unit.account.clock.now(unit.real_now) if made_at is None else made_at
    row = (unit.account.id, server, invoice, checked_callback_url(url), status, at, 0, unit.real_now)
    unit.append(_INSERT, row)
    unit.due_earlier = True  # it wakes the workers of all servers


def record(unit: UnitOfWork, claimed: Callback, outcome: Outcome) -> bool:
    """Record how a try ended, with an event. Plan the next try if it failed and one is left.

    Return False, and change nothing, if the callback is gone, with its world, or was claimed by another worker since.
    """
    has_failed, left = outcome.error is not None, max(MOST_TRIES - claimed.attempts, 0)
    next_at = unit.real_now + PAUSES[claimed.attempts - 1] if has_failed and left else None
    known = None if next_at is not None else "failed" if has_failed else "sent"
    changed: dict[str, Any] = {"next_at": next_at, "leased_until": None, "outcome": known}
    if has_failed:
        changed["last_error"] = outcome.error
    tx = unit.sql()
    if tx.execute(update(callback).where(_is_still(claimed)).values(changed)).rowcount == 0:
        return False
    if known is not None:
        _remove_old(tx, claimed.account_id)
    _tell(unit, claimed, outcome, left)
    return True


def _tell(unit: UnitOfWork, claimed: Callback, outcome: Outcome, left: int) -> None:
    tried = {"attempt": min(claimed.attempts, MOST_TRIES), "status": outcome.status}
    kind: events.EventKind = "callback_sent" if outcome.error is None else "callback_failed"
    further = {} if outcome.error is None else {"error": outcome.error, "tries_left": left}
    events.record(unit, unit.account.clock.now(unit.real_now), kind,
        server=claimed.server, invoice=claimed.invoice, url=shown_url(claimed.url), **tried, **further,
    )  # fmt: skip


# In SQL


def first_due_at(tx: Transaction) -> Instant | None:
    """Return the real time when the first callback may be claimed, or None if none is pending."""
    return _FIRST.first(tx)


def claim(tx: Transaction, real_now: Instant, most: int, busy: Collection[int] = ()) -> list[Callback]:
    """Claim at most `most` due callbacks, earliest first, of accounts that are not `busy`. Others do not claim them until the lease ends.

    On PostgreSQL, those that another transaction claims at this moment are skipped. On SQLite there is no other.
    """
    is_due = and_(_IS_PENDING, real_now >= _DUE_AT, callback.c.account_id.not_in(busy))
    due = select(callback.c.id).where(is_due).order_by(_DUE_AT, callback.c.id)
    chosen = due.limit(most).with_for_update(skip_locked=True).cte("chosen")
    claiming = (
        update(callback)
        .where(callback.c.id.in_(select(chosen.c.id)))
        .values(attempts=callback.c.attempts + 1, leased_until=real_now + LEASE)
        .returning(*(callback.c[name] for name in _FIELDS))
    )
    claimed = [Callback(**row) for row in tx.execute(claiming).mappings()]
    return sorted(claimed, key=lambda each: each.id)


def _is_still(claimed: Callback) -> ColumnElement[bool]:
    """Return the condition that a callback is claimed as it was."""
    here = (callback.c.id == claimed.id) & (callback.c.account_id == claimed.account_id)
    return here & (callback.c.attempts == claimed.attempts) & callback.c.leased_until.is_not(None)


def _remove_old(tx: Transaction, account_id: int) -> None:
    """Keep the newest callbacks of an account, of those whose outcome is known."""
    known = (callback.c.account_id == account_id) & callback.c.outcome.is_not(None)
    oldest = select(callback.c.id).where(known).order_by(callback.c.id.desc()).offset(KEPT)
    tx.execute(delete(callback).where(callback.c.id.in_(oldest)))
