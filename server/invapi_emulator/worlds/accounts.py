"""Create accounts, reset their worlds, and replace them."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from invapi_emulator.domain.accounts import DEMO, Account, Credentials
from invapi_emulator.domain.behavior import Behavior, Profile
from invapi_emulator.domain.clocks import ClockStart
from invapi_emulator.domain.instants import Instant
from invapi_emulator.randomness import new_seed
from invapi_emulator.storage import accounts, callback_users, events, sessions
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.catalogue_schema import built_catalogue
from invapi_emulator.worlds.fields import ClockChange
from invapi_emulator.worlds.load import KeysIssuedAnew, Prepared, is_own, new_context_of, preparing, store
from invapi_emulator.worlds.named import Scenario
from invapi_emulator.worlds.schema import World
from invapi_emulator.worlds.steps import at_once

DEMO_CREDENTIALS = Credentials(
    api_key="demo-api-key",
    token="HOSTKEY_TOKEN",  # noqa: S106 - the vendor's examples print it
    user="demo@example.com",
    password="demo-password",  # noqa: S106 - it protects nothing
)
"""Credentials of the account demo of a fresh emulator (contract 7.1)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The initial world of an account. Without a seed, the account gets a random one."""

    scenario: Scenario
    start: ClockStart
    seed: int | None
    behavior: Behavior

    def asked(
        self,
        scenario: Scenario | None = None,
        clock: ClockChange | None = None,
        seed: int | None = None,
        profile: Profile | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> "Wanted":
        """Return this with changes. The arguments override the scenario's values, which override these."""
        scenario = scenario or self.scenario
        told = scenario.world
        start = _changed(_changed(self.start, told.clock), clock)
        behavior = self.behavior.changed(told.profile, told.assume).changed(profile, assume)
        return Wanted(scenario, start, _first(seed, told.seed, self.seed), behavior)


def make_account(
    tx: Transaction, name: str, credentials: Credentials, wanted: Wanted, real_now: Instant
) -> Account:
    """Create an account at once; raise Unprocessable if its scenario is not possible at its clock's start."""
    building = new_account(tx, name, credentials, wanted, real_now)
    return add_account(tx, at_once(preparing(building, wanted.scenario.world)))


def new_account(
    tx: Transaction, name: str, credentials: Credentials, wanted: Wanted, real_now: Instant
) -> BuildContext:
    """Return the context for building the world of an account that is to be added."""
    account = _new_account(name, credentials, wanted, real_now)
    return new_context_of(tx, account, wanted.scenario.world, account.clock.base)


def add_account(tx: Transaction, prepared: Prepared) -> Account:
    """Add an account with the world that was built for it. Return it with its id."""
    account = accounts.add(tx, prepared.building.account)
    store(tx, account, prepared)
    return account


def check_wanted(tx: Transaction, wanted: Wanted, real_now: Instant) -> None:
    """Raise Unprocessable if `make_account` would fail now."""
    building = new_account(tx, DEMO, DEMO_CREDENTIALS, wanted, real_now)
    at_once(preparing(building, wanted.scenario.world))


def new_reset(unit: UnitOfWork, scenario: Scenario, seed: int | None) -> BuildContext:
    """Return the context for building the world of an account that is to be reset."""
    fresh = _as_reset(unit.account, scenario, seed, unit.real_now)
    return new_context_of(unit.sql(), fresh, scenario.world, fresh.clock.base)


def _as_reset(account: Account, scenario: Scenario, seed: int | None, real_now: Instant) -> Account:
    """Return the account as a reset makes it, in a new generation that nothing of the former world can affect.

    Name, API key and given token stay. Seed, clock, profile and assumptions return to their initial values,
    unless another seed is given, or another scenario that has its own.
    """
    told = World() if scenario.name == account.scenario else scenario.world
    seed = _first(seed, told.seed)
    start = _changed(account.start, told.clock)
    behavior = account.start_behavior.changed(told.profile, told.assume)
    seeded = account.seeded or seed is not None
    return replace(
        account,
        token_alive=True,
        scenario=scenario.name,
        seed=account.seed if seed is None else seed,
        seeded=seeded,
        generation=account.generation + 1,
        start=start,
        clock=start.clock(seeded=seeded, made_at=account.made_at, real_now=real_now),
        start_behavior=behavior,
        behavior=behavior,
        catalogue=built_catalogue(scenario.world.catalogue),
    )


def reset_account(unit: UnitOfWork, prepared: Prepared) -> bool:
    """Replace the account's world with the initial one that was built for it.

    Returns False, and changes nothing, if the account has got another world meanwhile.
    """
    fresh = replace(prepared.building.account, used_at=unit.account.used_at)
    if fresh.generation != unit.account.generation + 1:
        return False
    tx = unit.sql()
    accounts.clear_world(tx, fresh.id, sessions_too=True)
    accounts.save(tx, fresh)
    store(tx, fresh, prepared)
    unit.reload()
    events.record(unit, fresh.clock.now(unit.real_now), "reset", scenario=fresh.scenario, seed=fresh.seed)
    return True


def account_of_import(account: Account, world: World, real_now: Instant) -> Account:
    """Return the account as an import of this world makes it, in a new generation.

    If the world has no clock, seed, profile or assumptions, the account keeps its own; without a catalogue it has
    the server's. Raise Unprocessable for a contradiction in that.
    """
    changes = {} if world.clock is None else world.clock.model_dump()
    return replace(
        account,
        seed=account.seed if world.seed is None else world.seed,
        seeded=account.seeded or world.seed not in {None, account.seed},
        generation=account.generation + 1,
        clock=account.clock.changed(real_now, **changes),
        behavior=_imported(account.behavior, world),
        catalogue=built_catalogue(world.catalogue),
    )


def replace_world(unit: UnitOfWork, prepared: Prepared) -> KeysIssuedAnew | None:
    """Replace the account's world with one that was built for it. Login tokens stay, and so do users of callbacks in its own world.

    Returns None, and changes nothing, if the account has changed so much meanwhile that the world would be
    built otherwise.
    """
    account, world, real_now = unit.account, prepared.world, unit.real_now
    fresh = account_of_import(account, world, real_now)
    now = fresh.clock.now(real_now)
    if now < prepared.building.now or _basis(fresh) != _basis(prepared.building.account):
        return None
    tx = unit.sql()
    users = callback_users.of_account(tx, account) if is_own(account, world) else None
    sessions.make_older(tx, account.id)
    accounts.clear_world(tx, account.id, sessions_too=False)
    accounts.save(tx, fresh)
    issued_anew = store(tx, fresh, prepared)
    if users is not None:
        callback_users.give_back(tx, fresh, users)
    unit.reload()
    events.record(unit, now, "imported", account=world.account, vms=len(world.vms))
    return issued_anew


def _basis(account: Account) -> tuple[object, ...]:
    """Return what the VMs of a world depend on, but for the clock."""
    return account.id, account.made_at, account.generation, account.seed, account.seeded, account.behavior


def _new_account(name: str, credentials: Credentials, wanted: Wanted, real_now: Instant) -> Account:
    seeded = wanted.seed is not None
    return Account(
        id=0,
        name=name,
        credentials=credentials,
        token_alive=True,
        scenario=wanted.scenario.name,
        seed=new_seed() if wanted.seed is None else wanted.seed,
        seeded=seeded,
        generation=1,
        made_at=real_now,
        used_at=real_now,
        start=wanted.start,
        clock=wanted.start.clock(seeded=seeded, made_at=real_now, real_now=real_now),
        start_behavior=wanted.behavior,
        behavior=wanted.behavior,
        catalogue=built_catalogue(wanted.scenario.world.catalogue),
    )


def _changed(start: ClockStart, change: ClockChange | None) -> ClockStart:
    return start if change is None else start.changed(**change.model_dump())


def _imported(behavior: Behavior, world: World) -> Behavior:
    """Return the behavior that a world sets. Assumptions that it omits get their default."""
    fresh = behavior if world.assume is None else Behavior(behavior.profile)
    return fresh.changed(world.profile, world.assume)


def _first(*seeds: int | None) -> int | None:
    return next((seed for seed in seeds if seed is not None), None)
