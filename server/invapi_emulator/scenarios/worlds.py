"""Making accounts, and starting their worlds again."""

from dataclasses import dataclass, replace

from invapi_emulator.domain.accounts import Account, Credentials
from invapi_emulator.domain.clocks import ClockStart
from invapi_emulator.domain.instants import Instant
from invapi_emulator.randomness import chance_of, new_seed
from invapi_emulator.scenarios.build import build_world
from invapi_emulator.scenarios.named import scenario
from invapi_emulator.storage import accounts, events
from invapi_emulator.storage.database import Transaction

DEMO = "demo"
DEMO_CREDENTIALS = Credentials(
    api_key="demo-api-key",
    token="HOSTKEY_TOKEN",  # noqa: S106 - the vendor's examples print it
    user="demo@example.com",
    password="demo-password",  # noqa: S106 - nothing is behind it
)
"""What the account of a fresh emulator is reached with (contract 7.1)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The world that an account is to start with; without a seed it gets one by chance."""

    scenario: str
    start: ClockStart
    seed: int | None


def make_account(
    tx: Transaction, name: str, credentials: Credentials, wanted: Wanted, real_now: Instant
) -> Account:
    seeded = wanted.seed is not None
    account = Account(
        id=0,
        name=name,
        credentials=credentials,
        token_alive=True,
        scenario=wanted.scenario,
        seed=new_seed() if wanted.seed is None else wanted.seed,
        seeded=seeded,
        generation=1,
        sequence=0,
        faults_made=0,
        made_at=real_now,
        used_at=real_now,
        start=wanted.start,
        clock=wanted.start.clock(seeded=seeded, made_at=real_now, real_now=real_now),
    )
    account = accounts.add(tx, account)
    _build(tx, account)
    return account


def reset_account(
    tx: Transaction, account: Account, scenario_name: str | None, seed: int | None, real_now: Instant
) -> Account:
    """Start the account's world again, in a new generation: nothing of the old one reaches into it.

    Name, API key and given token stay; so does the scenario, and the seed, unless others are named.
    """
    seeded = account.seeded or seed is not None
    fresh = replace(
        account,
        token_alive=True,
        scenario=scenario_name or account.scenario,
        seed=account.seed if seed is None else seed,
        seeded=seeded,
        generation=account.generation + 1,
        sequence=0,
        faults_made=0,
        clock=account.start.clock(seeded=seeded, made_at=account.made_at, real_now=real_now),
    )
    accounts.clear_world(tx, account.id)
    accounts.save(tx, fresh)
    _build(tx, fresh)
    now = fresh.clock.now(real_now)
    events.record(tx, account.id, now, "reset", scenario=fresh.scenario, seed=fresh.seed)
    return fresh


def remove_unused(tx: Transaction, since: Instant) -> None:
    """Remove the accounts that nobody used since that real time; demo stays."""
    for name in accounts.unused_since(tx, since):
        account = accounts.by_name(tx, name)
        if account is not None and account.used_at < since and name != DEMO:
            accounts.remove(tx, account.id)


def _build(tx: Transaction, account: Account) -> None:
    build_world(tx, account.id, scenario(account.scenario), account.clock.base, chance_of(account))
