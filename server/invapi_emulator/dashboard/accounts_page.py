"""The page of all accounts, in parts: a line for each, with its clock, its last call and its age."""

from dataclasses import dataclass
from typing import Any

from invapi_emulator.control.views import ClockView, clock_view
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.dashboard.paging import part_of
from invapi_emulator.domain.accounts import DEMO, Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import accounts, requests, vms
from invapi_emulator.storage.transaction import Transaction

LINES = 100
"""Maximum number of accounts on one page."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account. `age` and `last_call` (the time since then, None before the first call) are real time."""

    account: Account
    vms: int
    clock: ClockView
    now: Instant
    last_call: Instant | None
    age: Instant

    @property
    def can_be_deleted(self) -> bool:
        return self.account.name != DEMO


def gather_accounts(worlds: Worlds, first: int, words: str) -> dict[str, Any]:
    """Return the values for the template: the accounts from id `first` on whose name has `words`.

    Showing the accounts does not count as using them.
    """
    with worlds.database.read() as tx:
        names = accounts.names(tx)
        found = [id_ for id_, name in names.items() if words.lower() in name.lower()]
        shown = part_of(found, first, LINES)
        return {
            "lines": _lines(tx, shown.rows, worlds.database.real_now(tx)),
            "shown": shown,
            "count": len(names),
            "words": words,
            "scenarios": worlds.scenarios.names(),
            "scenario": worlds.defaults.scenario.name,
        }


def _lines(tx: Transaction, ids: list[int], real_now: Instant) -> list[AccountLine]:
    held, last_calls = vms.counts(tx, ids), requests.last_received(tx, ids)
    return [
        _line(each, held.get(each.id, 0), last_calls.get(each.id), real_now)
        for each in accounts.without_catalogues(tx, ids)
    ]


def _line(account: Account, held: int, last_call: Instant | None, real_now: Instant) -> AccountLine:
    now = account.clock.now(real_now)
    return AccountLine(
        account=account,
        vms=held,
        clock=clock_view(account, now),
        now=now,
        last_call=None if last_call is None else max(real_now - last_call, 0),
        age=max(real_now - account.made_at, 0),
    )
