"""When something happens next in each account: a task goes on, a rent falls due, or a cancelled server goes."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, bindparam, func, select, union_all

from invapi_emulator.domain.clocks import Clock
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.billing_tables import server_order
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import account, task, vm
from invapi_emulator.storage.tasks import RUNNING
from invapi_emulator.storage.transaction import Transaction

NextChanges: TypeAlias = dict[int, tuple[Clock, Instant]]
"""By account: its clock, and the time on that clock when something happens next."""

OF_PRESENT_WORLD = (account.c.id == task.c.account_id) & (account.c.generation == task.c.generation)

_CLOCK = [account.c[f"clock_{part}"] for part in ("mode", "rate", "polls", "base", "anchor")]
_MOVES = account.c.clock_mode != "frozen"
_TASK_GOES_ON = RUNNING & task.c.next_at.is_not(None)
_AHEAD = union_all(
    select(task.c.account_id, task.c.next_at.label("at"))
    .join(account, OF_PRESENT_WORLD)
    .where(_TASK_GOES_ON),
    select(server_order.c.account_id, server_order.c.next_at).where(server_order.c.next_at.is_not(None)),
    select(vm.c.account_id, vm.c.ends_at).where(vm.c.ends_at.is_not(None)),
).subquery()


def _first(at: Any, *where: ColumnElement[bool]) -> Any:
    """Return a query for the first time of one account. min() would read all its rows that have one."""
    found = select(at).where(at.is_not(None), *where).order_by(at).limit(1)
    return found.correlate(account).scalar_subquery()


def _row(account_id: int, *columns: Any) -> tuple[int, Clock, Instant | None]:
    times, clock = columns[: -len(_CLOCK)], columns[-len(_CLOCK) :]
    return account_id, Clock(*clock), min((at for at in times if at is not None), default=None)


_OF_ALL = Statement(
    select(account.c.id, func.min(_AHEAD.c.at), *_CLOCK)
    .join(_AHEAD, _AHEAD.c.account_id == account.c.id)
    .where(_MOVES)
    .group_by(account.c.id),
    _row,
)
_OF_ONE = Statement(
    select(
        account.c.id,
        _first(task.c.next_at, OF_PRESENT_WORLD, RUNNING),
        _first(server_order.c.next_at, server_order.c.account_id == account.c.id),
        _first(vm.c.ends_at, vm.c.account_id == account.c.id),
        *_CLOCK,
    ).where(_MOVES, account.c.id == bindparam("wanted")),
    _row,
)


def next_changes(tx: Transaction) -> NextChanges:
    """Return the next changes of all accounts whose clocks run."""
    return _by_account(_OF_ALL.all(tx))


def next_changes_of(tx: Transaction, account_ids: Iterable[int]) -> NextChanges:
    """Return the next changes of these accounts, where their clocks run."""
    return _by_account(each for account_id in account_ids for each in _OF_ONE.all(tx, wanted=account_id))


def _by_account(found: Iterable[tuple[int, Clock, Instant | None]]) -> NextChanges:
    return {account_id: (clock, at) for account_id, clock, at in found if at is not None}
