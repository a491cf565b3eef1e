"""Accounts: an account's row in a unit of work, and queries about all of them."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Table, bindparam, delete, func, insert, null, select, update

from invapi_emulator.contract.assumptions.assumption import stored
from invapi_emulator.domain.accounts import Account, Credentials
from invapi_emulator.domain.behavior import Behavior
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.domain.clocks import Clock, ClockStart
from invapi_emulator.domain.instants import MINUTE, Instant
from invapi_emulator.randomness import new_revision
from invapi_emulator.storage import api_keys, journal_tables, sessions, tables
from invapi_emulator.storage.account_state import AccountState, Counters
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.statement import Statement, Write
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

_account = tables.account
_CREDENTIALS = ("api_key", "token", "user", "password")
_START = ("mode", "rate", "polls", "now")
_CLOCK = ("mode", "rate", "polls", "base", "anchor")
_COUNTERS = ("sequence", "faults_made", "objects_made", "orders_made", "invoices_made", "answered")
_COLUMNS = tuple(_account.c.keys())


_WORLD_TABLES = (tables.vm, tables.fault, *tables.KEY_TABLES, *tables.BILLING_TABLES, *tables.CALLBACK_TABLES)


def _clear(table: Table) -> Write:
    return Write(delete(table).where(table.c.account_id == bindparam("account_id")), ("account_id",))


_CLEAR_WORLD = tuple(map(_clear, _WORLD_TABLES))
_CLEAR_SESSIONS = _clear(tables.session)


def _last(numbers: Any, owner: Any) -> Any:
    return select(func.coalesce(func.max(numbers), 0)).where(owner == _account.c.id).scalar_subquery()


_last_call = func.coalesce(
    select(func.max(journal_tables.request.c.number))
    .where(journal_tables.request.c.account_id == _account.c.id)
    .scalar_subquery(),
    _account.c.cleared,
)
"""The last number that the account has given to a call: those of cleared calls do not come again."""


def _state(*columns: Any) -> AccountState:
    row = dict(zip(_COLUMNS, columns[:-2], strict=True))
    counters = Counters(*(row[counter] for counter in _COUNTERS), *columns[-2:])
    return AccountState(_from_row(row), counters, row["revision"])


LOAD = Statement(
    select(
        *_account.c,
        _last(journal_tables.event.c.number, journal_tables.event.c.account_id),
        _last_call,
    ).where(_account.c.id == bindparam("wanted")),
    _state,
)
"""Loads an account's row and counters."""

_CHANGING = (
    "token_alive", *_COUNTERS[:-1], "used_at", *(f"clock_{part}" for part in _CLOCK),
    "profile", "assumed", "answered", "revision",
)  # fmt: skip
UPDATE = Write(update(_account).where(_account.c.id == bindparam("of_id")), (*_CHANGING, "of_id"), _CHANGING)


def updated(account: Account, counters: Counters, revision: int) -> tuple[object, ...]:
    """Return the row that UPDATE binds."""
    clock, behavior = account.clock, account.behavior
    return (
        account.token_alive, counters.sequence, counters.faults_made, counters.objects_made,
        counters.orders_made, counters.invoices_made, account.used_at,
        clock.mode, clock.rate, clock.polls, clock.base, clock.anchor,
        behavior.profile, json_text(behavior.assumed.other), counters.answered, revision, account.id,
    )  # fmt: skip


# In a unit of work


def touch(unit: UnitOfWork) -> None:
    """Record that the account is in use, at most once a minute."""
    if unit.real_now - unit.account.used_at >= MINUTE:
        unit.change_account(used_at=unit.real_now)


def set_clock(unit: UnitOfWork, clock: Clock) -> None:
    unit.change_account(clock=clock)
    unit.due_earlier = True


# In SQL


def add(tx: Transaction, account: Account) -> Account:
    """Insert an account and return it with its new `id`. The given `id` is ignored."""
    row = _row(account) | {"sequence": 0}
    inserted = tx.execute(insert(_account).values(row).returning(_account.c.id))
    return replace(account, id=inserted.scalar_one())


def save(tx: Transaction, account: Account) -> None:
    tx.execute(update(_account).where(_account.c.id == account.id).values(_row(account)))


def set_counters(tx: Transaction, account_id: int, **counters: int) -> None:
    """Set the last numbers given out: `sequence`, `faults_made`, `objects_made`, `answered`."""
    tx.execute(update(_account).where(_account.c.id == account_id).values(counters))


def counters(tx: Transaction, account_id: int) -> dict[str, int]:
    """Return the last numbers that an account has given out, by the name of their counter."""
    columns = (_account.c[counter] for counter in _COUNTERS)
    row = tx.execute(select(*columns).where(_account.c.id == account_id)).one()
    return row._asdict()


def start_clocks(tx: Transaction, clocks: Mapping[int, Clock]) -> None:
    """Restart the clocks of accounts after a start of the server, before any account is loaded."""
    rows = [
        {"of": account_id} | {f"clock_{part}": getattr(clock, part) for part in _CLOCK}
        for account_id, clock in clocks.items()
    ]
    if rows:
        parts: dict[str, Any] = {f"clock_{part}": bindparam(f"clock_{part}") for part in _CLOCK}
        one = update(_account).where(_account.c.id == bindparam("of"))
        tx.execute(one.values(parts | {"revision": _account.c.revision + 1}), rows)


def is_there(tx: Transaction, account_id: int) -> bool:
    return tx.execute(select(_account.c.id).where(_account.c.id == account_id)).first() is not None


def by_name(tx: Transaction, name: str) -> Account | None:
    row = tx.execute(select(_account).where(_account.c.name == name)).mappings().one_or_none()
    return None if row is None else _from_row(row)


def names(tx: Transaction) -> dict[int, str]:
    """Return the names of all accounts by their ids, in order of creation."""
    return {
        row[0]: row[1] for row in tx.execute(select(_account.c.id, _account.c.name).order_by(_account.c.id))
    }


def without_catalogues(tx: Transaction, account_ids: Collection[int] | None = None) -> list[Account]:
    """Return these accounts, or all, in order of creation, without locking them. Their catalogues are large, and not read."""
    columns = (column for column in _account.c if column is not _account.c.catalogue)
    wanted = select(*columns, null().label("catalogue")).order_by(_account.c.id)
    if account_ids is not None:
        wanted = wanted.where(_account.c.id.in_(account_ids))
    return [_from_row(row) for row in tx.execute(wanted).mappings()]


def assumed_ids(tx: Transaction) -> set[str]:
    """Return the ids of assumptions for which some account has stored an option, now or for its reset."""
    stored_options = select(_account.c.assumed).union(select(_account.c.start_assumed))
    return {id_ for options in tx.execute(stored_options).scalars() for id_ in options}


def remove(tx: Transaction, account_id: int) -> bool:
    """Remove an account and everything in it. Return whether it was there."""
    removed = delete(_account).where(_account.c.id == account_id).returning(_account.c.id)
    return tx.execute(removed).first() is not None


def remove_named(tx: Transaction, name: str) -> int | None:
    """Remove the account that has this name now. Return its id, or None if there is none."""
    return tx.execute(delete(_account).where(_account.c.name == name).returning(_account.c.id)).scalar()


def unused_ids(tx: Transaction, since: Instant, staying: str, most: int) -> list[int]:
    """Return the ids of at most `most` accounts not used since that real time, except the one named `staying`."""
    unused = (_account.c.used_at < since) & (_account.c.name != staying)
    return list(tx.execute(select(_account.c.id).where(unused).limit(most)).scalars())


def remove_unused(tx: Transaction, account_id: int, since: Instant) -> bool:
    """Remove an account if it was not used since that real time. Return whether it was removed."""
    unused = (_account.c.id == account_id) & (_account.c.used_at < since)
    return tx.execute(delete(_account).where(unused).returning(_account.c.id)).first() is not None


def taken(tx: Transaction, name: str, credentials: Credentials) -> str | None:
    """Return the first of these that another account already has: `name`, `token`, `api_key` or `user`."""
    wanted: dict[str, str] = {"name": name}
    wanted |= {part: getattr(credentials, part) for part in ("token", "api_key", "user")}
    for part, value in wanted.items():
        if tx.execute(select(_account.c.id).where(_account.c[part] == value)).first() is not None:
            return part
    if sessions.is_taken(tx, credentials.token):
        return "token"
    return "api_key" if api_keys.is_taken(tx, credentials.api_key) else None


def how_many(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(_account)).scalar_one())


def clear_world(tx: Transaction, account_id: int, *, sessions_too: bool) -> None:
    """Remove VMs, all they hold, keys, fault rules, what is owed, and callbacks. Events stay; `clear_away` removes the tasks later."""
    for clear in (*_CLEAR_WORLD, *((_CLEAR_SESSIONS,) if sessions_too else ())):
        tx.write(clear, [(account_id,)])


def _row(account: Account) -> dict[str, Any]:
    plain = ("name", "token_alive", "scenario", "seed", "seeded", "generation", "made_at", "used_at")
    return (
        {name: getattr(account, name) for name in plain}
        | {name: getattr(account.credentials, name) for name in _CREDENTIALS}
        | {f"start_{part}": getattr(account.start, part) for part in _START}
        | {f"clock_{part}": getattr(account.clock, part) for part in _CLOCK}
        | {"revision": new_revision()}
        | {"catalogue": None if account.catalogue is None else msgspec.to_builtins(account.catalogue)}
        | _behavior_row("start_", account.start_behavior)
        | _behavior_row("", account.behavior)
    )


def _behavior_row(prefix: str, behavior: Behavior) -> dict[str, Any]:
    return {f"{prefix}profile": behavior.profile, f"{prefix}assumed": dict(behavior.assumed.other)}


def _from_row(row: Any) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        credentials=Credentials(*(row[part] for part in _CREDENTIALS)),
        token_alive=row["token_alive"],
        scenario=row["scenario"],
        seed=row["seed"],
        seeded=row["seeded"],
        generation=row["generation"],
        made_at=row["made_at"],
        used_at=row["used_at"],
        start=ClockStart(*(row[f"start_{part}"] for part in _START)),
        clock=Clock(*(row[f"clock_{part}"] for part in _CLOCK)),
        start_behavior=Behavior(row["start_profile"], stored(row["start_assumed"])),
        behavior=Behavior(row["profile"], stored(row["assumed"])),
        catalogue=None if row["catalogue"] is None else msgspec.convert(row["catalogue"], Catalogue),
    )
