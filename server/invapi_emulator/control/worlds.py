"""What every control route stands on: an account's world, brought up to the present time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Path, Request
from sqlalchemy.exc import IntegrityError

from invapi_emulator.domain.accounts import Account, is_account_name
from invapi_emulator.domain.instants import Instant
from invapi_emulator.errors import Conflict, NotFound
from invapi_emulator.lifecycle import Lifecycle
from invapi_emulator.measures import Measures
from invapi_emulator.scenarios.mistakes import mistake
from invapi_emulator.scenarios.named import Scenario, Scenarios
from invapi_emulator.scenarios.worlds import Wanted
from invapi_emulator.storage import accounts
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.tasks.advance import advance_due_tasks

T = TypeVar("T")

# Patterns stand in the description only: what does not match is not there, 404, not malformed.
NameInPath = Annotated[str, Path(json_schema_extra={"pattern": "^[a-z0-9-]{1,64}$"})]
TaskKey = Annotated[str, Path(json_schema_extra={"pattern": "^[a-z0-9]{32}$"})]
VmNumber = Annotated[
    str,
    Path(json_schema_extra={"pattern": "^[0-9]{1,19}$"}, description="1 to 2^63-1, without leading zeros"),
]


@dataclass(frozen=True, slots=True)
class World:
    """An account within a transaction: all that was due at `now` has taken effect."""

    tx: Transaction
    account: Account
    now: Instant
    real_now: Instant


@dataclass(frozen=True, slots=True)
class Worlds:
    """The worlds of this server; `wake` is told whose due times may have moved.

    `defaults` is the world that accounts made new get, where nobody asks for another; `scenarios` are those there
    are.
    """

    database: Database
    lifecycle: Lifecycle
    measures: Measures
    scenarios: Scenarios
    defaults: Wanted
    wake: Callable[[int], None]

    def scenario(self, name: str) -> Scenario:
        """Return the scenario that a body names; raises Unprocessable when there is none."""
        found = self.scenarios.find(name)
        if found is None:
            known = ", ".join(self.scenarios.names())
            raise mistake("scenario", name, f"there is no scenario of this name; there are {known}")
        return found

    def scenario_of(self, account: Account) -> Scenario:
        """Return the account's own scenario; raises Conflict when it was a file that this server was not given."""
        found = self.scenarios.find(account.scenario)
        if found is None:
            raise Conflict(
                "scenario_unknown",
                f"this server does not know the scenario {account.scenario!r} of account {account.name!r}: serve "
                f"with its file as --scenario, or name another: {', '.join(self.scenarios.names())}",
            )
        return found

    async def settle(self, name: str, work: Callable[[World], T]) -> T:
        """Do some work that brings in tasks with keys; raises Conflict when another account took one meanwhile."""
        try:
            return await self.within(name, work)
        except IntegrityError:
            raise Conflict(
                "in_use", "another account has just taken the key of one of these tasks; send it again"
            ) from None

    async def within(self, name: str, work: Callable[[World], T]) -> T:
        """Do some work in an account's world, in one transaction; raises NotFound when there is no such account.

        Many tasks that are due take effect in several transactions before, so that other calls get their turn.
        """
        account_id, done = await self.database.run_in_steps(lambda: self._step(name, work))
        self.wake(account_id)
        return done

    def _step(self, name: str, work: Callable[[World], T]) -> tuple[int, T] | None:
        changed = True
        with self.database.write(lambda: changed) as tx:
            account = accounts.by_name(tx, name) if is_account_name(name) else None
            if account is None:
                raise NotFound("account_not_found", f"there is no account {name[:80]!r}")
            real_now = self.database.real_now(tx)  # only now: holding the account may have taken a while
            accounts.touch(tx, account, real_now)
            now = account.clock.now(real_now)
            if advance_due_tasks(tx, account, now):
                return None
            before = tx.changes()
            done = work(World(tx, account, now, real_now))
            changed = tx.changes() != before
            return account.id, done


async def _worlds(request: Request) -> Worlds:
    worlds: Worlds = request.app.state.worlds
    return worlds


TheWorlds = Annotated[Worlds, Depends(_worlds)]
