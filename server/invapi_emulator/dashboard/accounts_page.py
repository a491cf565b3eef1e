"""The page of all accounts: a line for each, with its clock, its last call and its age."""

from dataclasses import dataclass
from typing import Any

from invapi_emulator.control.views import ClockView, clock_view
from invapi_emulator.control.worlds import Worlds
from invapi_emulator.domain.accounts import DEMO, Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import accounts, requests, vms


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


def gather_accounts(worlds: Worlds) -> dict[str, Any]:
    """Return the values for the template. Showing the accounts does not count as using them."""
    with worlds.database.read() as tx:
        real_now = worlds.database.real_now(tx)
        ids, last_calls = vms.ids_by_account(tx), requests.last_received(tx)
        lines = [
            _line(account, len(ids.get(account.id, ())), last_calls.get(account.id), real_now)
            for account in accounts.all_of_them(tx)
        ]
    return {"lines": lines, "scenarios": worlds.scenarios.names(), "scenario": worlds.defaults.scenario.name}


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
