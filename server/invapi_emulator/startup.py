"""Open the database: migrate its schema, resume its clocks, and create the account demo."""

import logging
from collections.abc import Sequence

from invapi_emulator.clock import RealTime
from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control_errors import Unprocessable
from invapi_emulator.domain.accounts import DEMO
from invapi_emulator.domain.behavior import Behavior
from invapi_emulator.domain.clocks import ClockStart
from invapi_emulator.domain.default_catalogue import default_catalogue
from invapi_emulator.errors import CannotStart
from invapi_emulator.randomness import new_seed
from invapi_emulator.settings import WORLD_SETTINGS, Settings
from invapi_emulator.storage import accounts, admin_sessions, events, heartbeat
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.errors import DATABASE_LOST, why_unusable
from invapi_emulator.storage.schema import prepare_schema
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.urls import name_of
from invapi_emulator.storage.versions import HEAD
from invapi_emulator.worlds.accounts import DEMO_CREDENTIALS, Wanted, check_wanted, make_account
from invapi_emulator.worlds.files import chosen_scenario
from invapi_emulator.worlds.named import Scenarios

_log = logging.getLogger(__name__)

BUILT_IN = Scenarios()


def open_worlds(settings: Settings, real_time: RealTime, scenarios: Scenarios = BUILT_IN) -> Database:
    """Open the database: migrate its schema, resume its clocks, and create the account demo if it is missing.

    Raise CannotStart with one line that names the cause.
    """
    defaults = defaults_of(settings, scenarios)
    default_catalogue()  # a broken file is told of now
    _warn_of_retired_assumptions(settings, defaults)
    database = open_database(settings.db, real_time, fsync=settings.fsync, patience=settings.db_timeout)
    try:
        with database.transaction(changes_schema=True) as tx:
            found = prepare_schema(tx.connection)
            if database.alone:
                _resume_clocks(database, tx)
            if scenarios.files:
                _check_file(database, tx, settings, defaults)
            in_database = None if found is None else retired_line(accounts.assumed_ids(tx))
            _ensure_demo(database, tx, settings, defaults)
            heartbeat.say_alive(tx, database.real_now(tx))
            _end_admin_sessions(database, tx)
    except DATABASE_LOST as problem:
        database.close()
        raise CannotStart(f"--db: {why_unusable(name_of(database.engine.url), problem)}") from None
    except BaseException:
        database.close()
        raise
    if in_database is not None:
        _log.warning("--db: %s: %s", name_of(database.engine.url), in_database)
    if found not in {None, HEAD}:
        _log.info("migrated %s from schema %s to %s", name_of(database.engine.url), found, HEAD)
    return database


def with_printed_seed(settings: Settings) -> Settings:
    """Return the settings with a seed if the profile is hostile, so that its behavior is repeatable."""
    if settings.profile != "hostile" or settings.seed is not None:
        return settings
    seed = new_seed()
    _log.warning("profile hostile: its random choices follow from its seed; --seed %s repeats them", seed)
    return settings.model_copy(update={"seed": seed})


def defaults_of(settings: Settings, scenarios: Scenarios) -> Wanted:
    """Return the default world of new accounts."""
    start = ClockStart(settings.clock, settings.rate, settings.polls)
    behavior = Behavior(settings.profile, settings.assumed)
    return Wanted(chosen_scenario(scenarios, settings.scenario), start, settings.seed, behavior)


def _warn_of_retired_assumptions(settings: Settings, defaults: Wanted) -> None:
    in_world = retired_line(defaults.scenario.world.assume or {})
    for where, line in (("--assume", settings.retired), (f"--scenario: '{settings.scenario}'", in_world)):
        if line is not None:
            _log.warning("%s: %s", where, line)


def _resume_clocks(database: Database, tx: Transaction) -> None:
    """Resume the clocks from their time at the end of the last server. They stood still since then."""
    alive_at = heartbeat.end_of_the_last(tx)
    real_now = database.real_now(tx)
    if alive_at is None:
        return
    latest, clocks = events.latest_of_each(tx), {}
    for account in accounts.without_catalogues(tx):
        now = max(account.clock.now(alive_at), latest.get(account.id, 0))
        clocks[account.id] = account.clock.moved_to(now, real_now)
    accounts.start_clocks(tx, clocks)


def _end_admin_sessions(database: Database, tx: Transaction) -> None:
    """End the sessions of the page that no running server can have begun, and those that have expired."""
    if database.shared:
        admin_sessions.remove_expired(tx, database.real_now(tx))
    else:
        admin_sessions.remove_all(tx)


def _check_file(database: Database, tx: Transaction, settings: Settings, defaults: Wanted) -> None:
    """Check the scenario file at the start, not when the first account is made from it."""
    try:
        check_wanted(tx, defaults.asked(), database.real_now(tx))
    except Unprocessable as mistake:
        raise CannotStart(f"--scenario: '{settings.scenario}': {mistake}") from None


def _ensure_demo(database: Database, tx: Transaction, settings: Settings, defaults: Wanted) -> None:
    if accounts.by_name(tx, DEMO) is None:
        make_account(tx, DEMO, DEMO_CREDENTIALS, defaults.asked(), database.real_now(tx))
        return
    left_alone = [f"--{name}" for name in WORLD_SETTINGS if name in settings.model_fields_set]
    if left_alone:
        _log.warning("account %s already exists; it is not changed by %s", DEMO, _listed(left_alone))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
