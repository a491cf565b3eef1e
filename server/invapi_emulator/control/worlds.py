"""Access to an account's world for the control routes, with all due tasks settled first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Path, Request
from pydantic import Field
from sqlalchemy.exc import IntegrityError

from invapi_emulator.control.feeds import Feeds
from invapi_emulator.control.proofs import Proofs
from invapi_emulator.control.turns import Turns
from invapi_emulator.control_errors import Conflict, NotFound
from invapi_emulator.domain.accounts import Account, is_account_name
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.tasks.settle import settle_due
from invapi_emulator.errors import NumbersUsedUp
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.metrics import Metrics
from invapi_emulator.process.pace import give_way
from invapi_emulator.storage import accounts, vms
from invapi_emulator.storage.database import AccountGone, Database, WrongAccount
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.whole_numbers import MOST, whole_number
from invapi_emulator.worlds.accounts import Wanted
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.named import Scenario, Scenarios, scenario_names

T = TypeVar("T")

# The patterns only describe. A name that does not match is answered with 404 (not found), not with 422.
NameInPath = Annotated[str, Path(json_schema_extra={"pattern": "^[a-z0-9-]{1,64}$"})]
TaskKeyInPath = Annotated[str, Path(json_schema_extra={"pattern": "^[a-z0-9]{32}$"})]
VmNumber = Annotated[
    str,
    Path(json_schema_extra={"pattern": "^[0-9]{1,19}$"}, description="1 to 2^63-1, without leading zeros"),
]


def _built_in_scenarios(schema: dict[str, Any]) -> None:
    schema["examples"] = list(scenario_names())


ScenarioName = Annotated[str, Field(strict=True, json_schema_extra=_built_in_scenarios)]
"""The name of a scenario. `Worlds.scenario` checks that it is known."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """An account in a unit of work. All tasks due at `now` have taken effect."""

    unit: UnitOfWork
    now: Instant

    @property
    def account(self) -> Account:
        return self.unit.account

    def present(self) -> "AccountContext":
        """Return the context at the clock's current time; use it after a change of the clock."""
        return AccountContext(self.unit, self.account.clock.now(self.unit.real_now))

    @property
    def tx(self) -> Transaction:
        """The transaction to run SQL on. It sees the unit's changes."""
        return self.unit.sql()

    def vm_named(self, vm_id: str) -> VirtualMachine:
        """Return the VM that a path names; raise NotFound if the account has no VM with this id."""
        try:
            number = whole_number(vm_id)
        except ValueError:
            number = 0
        vm = vms.held(self.unit, number) if number <= MOST else None
        if vm is None:
            raise NotFound("vm_not_found", f"account {self.account.name!r} has no VM {vm_id[:40]!r}")
        return vm


class _Work(Generic[T]):
    """A function that works in an account's world, run as a unit of work. It may run more than once."""

    def __init__(self, name: str, work: Callable[[AccountContext], T]) -> None:
        self._name = name
        self._work = work
        self._settled = 0
        self._unit: UnitOfWork | None = None

    def run(self, unit: UnitOfWork) -> tuple[T] | None:
        """Run the work; return its result in a tuple, or None if too much is due for one unit to settle."""
        self._unit = unit
        if unit.account.name != self._name:
            raise WrongAccount
        accounts.touch(unit)
        now = unit.account.clock.now(unit.real_now)
        if settle_due(unit, now):
            return None
        self._settled = unit.version
        unit.sql()
        try:
            return (self._work(AccountContext(unit, now)),)
        except NumbersUsedUp as used_up:
            raise Conflict("numbers_used_up", used_up.message) from None

    def may_lose(self) -> bool:
        """Return whether only due tasks have changed something, so that the changes may be lost."""
        unit = self._unit
        return unit is not None and unit.version == self._settled and not unit.has_written


@dataclass(frozen=True, slots=True)
class Worlds:
    """The worlds of this server.

    `defaults` describes new accounts unless a request says otherwise. `scenarios` are the known scenarios.
    """

    database: Database
    lifecycle: Lifecycle
    metrics: Metrics
    scenarios: Scenarios
    defaults: Wanted
    feeds: Feeds
    proofs: Proofs
    turns: Turns

    def scenario(self, name: str) -> Scenario:
        """Return the scenario that a body names; raise Unprocessable if there is none."""
        found = self.scenarios.find(name)
        if found is None:
            known = ", ".join(self.scenarios.names())
            meant = did_you_mean(name, self.scenarios.names())
            raise error_at("scenario", name, f"unknown scenario (known: {known}){meant}")
        return found

    def scenario_of(self, account: Account) -> Scenario:
        """Return the account's scenario; raise Conflict if it is a file that this server does not have."""
        found = self.scenarios.find(account.scenario)
        if found is None:
            raise Conflict(
                "scenario_unknown",
                f"this server does not know the scenario {account.scenario!r} of account {account.name!r}: start "
                f"it with that file as --scenario, or send one of: {', '.join(self.scenarios.names())}",
            )
        return found

    async def settle(self, name: str, work: Callable[[AccountContext], T], *, begun: int | None = None) -> T:
        """Do work that adds tasks with given keys; raise Conflict if another account has taken a key."""
        try:
            return await self.within(name, work, begun=begun)
        except IntegrityError:
            raise Conflict(
                "in_use",
                "another account has just taken the key of one of these tasks; send the request again",
            ) from None

    async def replace(self, name: str, work: Callable[[AccountContext], T], *, begun: int) -> T:
        """Do work that replaces an account's world; None says that it did not. Former rows are deleted later."""
        done = await self.settle(name, work, begun=begun)
        if done is not None:
            self.database.former_worlds.add(begun)
            self.database.notifications.due_earlier(begun)
        return done

    async def begin(self, name: str) -> int | None:
        """Return the id of the account that has this name now, None if there is none."""
        try:
            return await self.within(name, lambda context: context.account.id)
        except NotFound:
            return None

    async def within(self, name: str, work: Callable[[AccountContext], T], *, begun: int | None = None) -> T:
        """Do work in an account's world; raise NotFound if there is no such account.

        A request that takes several steps began with the account `begun`. If another one has its name by now, the
        account is gone. Due tasks take effect first. If there are many, several units of work settle them. Other calls
        can run in between, and of several accounts with much due one at a time has its turn.
        """
        done, begun = await self._once(name, work, begun)
        while done is None:
            await give_way()
            async with self.database.settling:
                done, begun = await self._once(name, work, begun)
        return done[0]

    async def _once(
        self, name: str, work: Callable[[AccountContext], T], begun: int | None
    ) -> tuple[tuple[T] | None, int | None]:
        """Do the work in one unit. Return its result in a tuple, or None to try again, and the account that it began with."""
        account_id = await self.id_of(name)
        if begun not in {None, account_id}:
            raise no_account(name)
        unit_of_work = _Work(name, work)
        try:
            done = await self.database.run(
                account_id, unit_of_work.run, may_lose=unit_of_work.may_lose, behind_calls=True
            )
        except (AccountGone, WrongAccount):
            self.database.owners.evict(("name", name))
            return None, begun
        return done, account_id

    async def id_of(self, name: str) -> int:
        """Return an account's id; raise NotFound if there is no such account."""
        found = await self.database.owner_of(("name", name)) if is_account_name(name) else None
        if found is None:
            raise no_account(name)
        return found


def no_account(name: str) -> NotFound:
    return NotFound("account_not_found", f"there is no account {name[:80]!r}")


async def _worlds(request: Request) -> Worlds:
    worlds: Worlds = request.app.state.worlds
    return worlds


TheWorlds = Annotated[Worlds, Depends(_worlds)]
