"""Queries about accounts and their clocks."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, bindparam, delete, func, insert, select, update

from invapi_emulator.assumptions.assumption import Assumed
from invapi_emulator.domain.accounts import Account, Credentials
from invapi_emulator.domain.clocks import Clock, ClockStart
from invapi_emulator.domain.conduct import Conduct
from invapi_emulator.domain.instants import MINUTE, Instant
from invapi_emulator.storage import tables, tasks
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.transaction import Transaction

_account = tables.account
_CREDENTIALS = ("api_key", "token", "user", "password")
_START = ("mode", "rate", "polls", "now")
_CLOCK = ("mode", "rate", "polls", "base", "anchor")


def _one_where(condition: ColumnElement[bool]) -> Prepared:
    return Prepared(select(_account).where(condition).with_for_update())


def _owner_in(table: Table, column: str) -> Prepared:
    owner = select(table.c.account_id).where(table.c[column] == bindparam("wanted"))
    return _one_where(_account.c.id == owner.scalar_subquery())


def _next(counter: Column[int], *, leaves_known: bool) -> Prepared:
    mine = update(_account).where(_account.c.id == bindparam("wanted"))
    return Prepared(mine.values({counter: counter + 1}).returning(counter), leaves_known=leaves_known)


def _change(*columns: str) -> Prepared:
    return Prepared(update(_account).where(_account.c.id == bindparam("wanted")), columns, leaves_known=True)


_BY_ID = _one_where(_account.c.id == bindparam("wanted"))
_BY_ID_UNLESS_HELD = Prepared(
    select(_account).where(_account.c.id == bindparam("wanted")).with_for_update(skip_locked=True)
)
_BY_TOKEN = _one_where(_account.c.token == bindparam("wanted"))
_BY_SESSION = _owner_in(tables.session, "token")
_BY_TASK = _owner_in(tables.task, "key")
_NEXT_CHANGE = Prepared(
    select(*(_account.c[f"clock_{part}"] for part in _CLOCK), tables.task.c.next_at)
    .join(tables.task, tables.task.c.account_id == _account.c.id)
    .where(_account.c.id == bindparam("wanted"), tables.task.c.state == "running")
    .where(tables.task.c.next_at.is_not(None))
    .order_by(tables.task.c.next_at)
    .limit(1)
)
_NEXT_SEQUENCE = _next(_account.c.sequence, leaves_known=True)
_NEXT_FAULT = _next(_account.c.faults_made, leaves_known=False)
_NEXT_ANSWER = _next(_account.c.answered, leaves_known=True)
_SET_CLOCK = _change(*(f"clock_{part}" for part in _CLOCK))
_TOUCH = _change("used_at")


def add(tx: Transaction, account: Account) -> Account:
    """Insert an account; its `id` is ignored, the one it gets is in the answer."""
    inserted = tx.execute(insert(_account).values(_row(account) | {"sequence": 0}).returning(_account.c.id))
    return replace(account, id=inserted.scalar_one())


def save(tx: Transaction, account: Account) -> None:
    tx.execute(update(_account).where(_account.c.id == account.id).values(_row(account)))


def by_name(tx: Transaction, name: str) -> Account | None:
    """Return the account, which this transaction then holds alone; so for each of these."""
    return _one(tx, _account.c.name == name)


def by_id(tx: Transaction, account_id: int) -> Account | None:
    known: Account | None = tx.known.get(("account", account_id))
    return known or _found(_BY_ID, tx, account_id)


def by_id_unless_held(tx: Transaction, account_id: int) -> Account | None:
    """Return the account; None where there is none, or another server's transaction holds it."""
    known: Account | None = tx.known.get(("account", account_id))
    return known or _found(_BY_ID_UNLESS_HELD, tx, account_id)


def by_given_token(tx: Transaction, token: str) -> Account | None:
    return _owner(tx, ("given token", token), _BY_TOKEN)


def by_session_token(tx: Transaction, token: str) -> Account | None:
    account = _owner(tx, ("session token", token), _BY_SESSION)
    if account is not None:
        tx.keep(("given token", token), None)  # whoever asks for that first need not look again
    return account


def by_task_key(tx: Transaction, key: str) -> Account | None:
    return _owner(tx, ("task key", key), _BY_TASK)


def by_api_key(tx: Transaction, api_key: str) -> Account | None:
    return _one(tx, _account.c.api_key == api_key)


def by_user(tx: Transaction, user: str) -> Account | None:
    return _one(tx, _account.c.user == user)


def is_there(tx: Transaction, account_id: int) -> bool:
    """Tell whether the account is there, without holding it."""
    return tx.execute(select(_account.c.id).where(_account.c.id == account_id)).first() is not None


def touch(tx: Transaction, account: Account, real_now: Instant) -> None:
    """Note that the account is in use; once a minute is enough."""
    if real_now - account.used_at >= MINUTE:
        _TOUCH.run(tx, {"wanted": account.id, "used_at": real_now})
        tx.forget(("account", account.id))


def remove(tx: Transaction, account_id: int) -> None:
    """Remove an account with all it holds."""
    tx.touched.add(account_id)
    tx.execute(delete(_account).where(_account.c.id == account_id))


def unused_since(tx: Transaction, real_time: Instant) -> list[str]:
    """Return the names of the accounts that nobody used since, in the order they were made."""
    unused = select(_account.c.name).where(_account.c.used_at < real_time).order_by(_account.c.id)
    return list(tx.execute(unused).scalars())


def taken(tx: Transaction, name: str, credentials: Credentials) -> str | None:
    """Return what of this another account has already: `name`, `token`, `api_key` or `user`."""
    wanted: dict[str, str] = {"name": name}
    wanted |= {part: getattr(credentials, part) for part in ("token", "api_key", "user")}
    for part, value in wanted.items():
        if tx.execute(select(_account.c.id).where(_account.c[part] == value)).first() is not None:
            return part
    return None


def all_of_them(tx: Transaction) -> list[Account]:
    return [_from_row(row) for row in tx.execute(select(_account).order_by(_account.c.id).with_for_update())]


def how_many(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(_account)).scalar_one())


def with_a_next_change(tx: Transaction) -> list[int]:
    """Return the ids of the accounts whose clock runs and whose tasks go on."""
    goes_on = (tables.task.c.state == "running") & tables.task.c.next_at.is_not(None)
    busy = select(tables.task.c.account_id).where(goes_on).distinct()
    running = select(_account.c.id).where(_account.c.clock_mode != "frozen", _account.c.id.in_(busy))
    return list(tx.execute(running).scalars())


def next_change(tx: Transaction, account_id: int) -> tuple[Clock, Instant] | None:
    """Return an account's clock, and when on it a task enters its next stage or ends; None where none will."""
    account, known = tx.known.get(("account", account_id)), tx.known.get(("next change", account_id))
    if account is not None and known is not None:
        return None if known == tasks.NEVER else (account.clock, known)
    row = _NEXT_CHANGE.first(tx, wanted=account_id)
    # Calls go by this too: one that starts a task which changes earlier says so to whoever asked here.
    tx.keep(("next change", account_id), tasks.NEVER if row is None else row[5])
    return None if row is None else (Clock(*row[:5]), row[5])


def next_sequence(tx: Transaction, account_id: int) -> int:
    return int(_NEXT_SEQUENCE.scalar(tx, wanted=account_id))


def next_fault(tx: Transaction, account_id: int) -> int:
    return int(_NEXT_FAULT.scalar(tx, wanted=account_id))


def next_answer(tx: Transaction, account_id: int) -> int:
    """Count an answer of a hostile account; what it is like follows from its number."""
    return int(_NEXT_ANSWER.scalar(tx, wanted=account_id))


def last_answer(tx: Transaction, account_id: int) -> int:
    """Return how many answers of the account's present world were counted."""
    return int(tx.execute(select(_account.c.answered).where(_account.c.id == account_id)).scalar_one())


def set_answered(tx: Transaction, account_id: int, count: int) -> None:
    tx.execute(update(_account).where(_account.c.id == account_id).values(answered=count))


def last_sequence(tx: Transaction, account_id: int) -> int:
    """Return the largest number given out in the account's present world."""
    return int(tx.execute(select(_account.c.sequence).where(_account.c.id == account_id)).scalar_one())


def set_sequence(tx: Transaction, account_id: int, last: int) -> None:
    tx.execute(update(_account).where(_account.c.id == account_id).values(sequence=last))


def last_fault(tx: Transaction, account_id: int) -> int:
    """Return the largest number given to a fault rule in the account's present world."""
    return int(tx.execute(select(_account.c.faults_made).where(_account.c.id == account_id)).scalar_one())


def set_faults_made(tx: Transaction, account_id: int, last: int) -> None:
    tx.execute(update(_account).where(_account.c.id == account_id).values(faults_made=last))


def set_clock(tx: Transaction, account_id: int, clock: Clock) -> None:
    parts = {f"clock_{part}": getattr(clock, part) for part in _CLOCK}
    _SET_CLOCK.run(tx, parts | {"wanted": account_id})
    tx.forget(("account", account_id))


def set_conduct(tx: Transaction, account_id: int, conduct: Conduct) -> None:
    tx.execute(update(_account).where(_account.c.id == account_id).values(_conduct_row("", conduct)))


def kill_given_token(tx: Transaction, account_id: int) -> None:
    tx.execute(update(_account).where(_account.c.id == account_id).values(token_alive=False))


def clear_world(tx: Transaction, account_id: int) -> None:
    """Remove the VMs with all they hold, the login tokens and the fault rules; events stay."""
    for table in (tables.vm, tables.session, tables.fault):
        tx.execute(delete(table).where(table.c.account_id == account_id))


def _one(tx: Transaction, condition: ColumnElement[bool]) -> Account | None:
    row = tx.execute(select(_account).where(condition).with_for_update()).one_or_none()
    return None if row is None else _from_row(row)


def _found(wanted: Prepared, tx: Transaction, value: object) -> Account | None:
    row = wanted.first(tx, wanted=value)
    return None if row is None else tx.keep(("account", row.id), _from_row(row))


def _owner(tx: Transaction, key: tuple[str, str], wanted: Prepared) -> Account | None:
    """Return the account that a word belongs to; that there is none is not kept, such words have no end."""
    if key in tx.known:
        account_id = tx.known[key]
        return None if account_id is None else by_id(tx, account_id)
    account = _found(wanted, tx, key[1])
    if account is not None:
        tx.keep(key, account.id)
    return account


def _row(account: Account) -> dict[str, Any]:
    plain = (
        "name", "token_alive", "scenario", "seed", "seeded", "generation", "faults_made",
        "made_at", "used_at",
    )  # fmt: skip
    return (
        {name: getattr(account, name) for name in plain}
        | {name: getattr(account.credentials, name) for name in _CREDENTIALS}
        | {f"start_{part}": getattr(account.start, part) for part in _START}
        | {f"clock_{part}": getattr(account.clock, part) for part in _CLOCK}
        | _conduct_row("start_", account.start_conduct)
        | _conduct_row("", account.conduct)
    )


def _conduct_row(prefix: str, conduct: Conduct) -> dict[str, Any]:
    return {f"{prefix}profile": conduct.profile, f"{prefix}assumed": dict(conduct.assumed.other)}


def _from_row(row: Any) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        credentials=Credentials(row.api_key, row.token, row.user, row.password),
        token_alive=row.token_alive,
        scenario=row.scenario,
        seed=row.seed,
        seeded=row.seeded,
        generation=row.generation,
        faults_made=row.faults_made,
        made_at=row.made_at,
        used_at=row.used_at,
        start=ClockStart(row.start_mode, row.start_rate, row.start_polls, row.start_now),
        clock=Clock(row.clock_mode, row.clock_rate, row.clock_polls, row.clock_base, row.clock_anchor),
        start_conduct=Conduct(row.start_profile, Assumed(row.start_assumed)),
        conduct=Conduct(row.profile, Assumed(row.assumed)),
    )
