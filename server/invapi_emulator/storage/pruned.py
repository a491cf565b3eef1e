"""Calls that the journal no longer keeps: how many there were of each module, action and result."""

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Dialect, delete, func, select, text, update

from invapi_emulator.storage.journal_tables import MISSED, pruned, request
from invapi_emulator.storage.statement import Write
from invapi_emulator.storage.tables import account
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

_UNCOUNTED = "('unknown_module', 'unknown_action', 'not_emulated')"
"""Reasons of refusals whose actions are whatever a client says: counted without it, so that the counts stay few."""


class _Count(Write):
    """Adds the calls `after` < number <= `last` of an account to its counts. They are removed next."""

    def __init__(self) -> None:
        super().__init__(text(""), ("account", "after", "last"))

    def _compiled(self, dialect: Dialect) -> str:
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        return (
            "INSERT INTO pruned (account_id, module, action, result, calls) "  # noqa: S608 - a choice of two marks
            "SELECT account_id, module, action, result, count(*) FROM ("
            "SELECT account_id, CASE reason WHEN 'unknown_module' THEN '' ELSE module END AS module, "
            f"CASE WHEN reason IN {_UNCOUNTED} THEN '' ELSE coalesce(action, '') END AS action, result "
            f"FROM request WHERE account_id = {mark} AND number > {mark} AND number <= {mark} AND result <> '{MISSED}') AS gone "
            "GROUP BY account_id, module, action, result "
            "ON CONFLICT (account_id, module, action, result) "
            "DO UPDATE SET calls = pruned.calls + excluded.calls"
        )


COUNT = _Count()


class Kinds(Struct, frozen=True):
    """Calls of a module, an action and a result; None stands for any. An unknown module counts as the empty name.

    `named` are the modules and actions whose calls are counted with their action. Others are counted without.
    """

    module: str | None
    action: str | None
    result: str | None
    named: Container[tuple[str, str]]

    def take(self, module: str, action: str, result: str) -> bool:
        return (
            self.module in {None, module}
            and self.result in {None, result}
            and (self.action in {None, action} or self._may_be_nameless(module, action))
        )

    def may_take(self, module: str, action: str, result: str) -> bool:
        """Tell whether nobody knows if this count is of such calls."""
        return self._may_be_nameless(module, action) and self.take(module, action, result)

    def _may_be_nameless(self, module: str, action: str) -> bool:
        return not action and self.action is not None and (module, self.action) not in self.named


class Gone(Struct, frozen=True):
    """The calls of an account that the journal does not have: those after `cleared` up to `newest` that are not `stored`.

    `stored` are the numbers that the journal has, in order. `counts` holds those gone that were counted, by module,
    action and result. An older version counted none, and those that could not be written are not counted.
    """

    cleared: int
    newest: int
    stored: Sequence[int]
    counts: Mapping[tuple[str, str, str], int]

    @property
    def number(self) -> int:
        return self._after(self.cleared)

    @property
    def last(self) -> int:
        """The number of the last one that is gone, or of the last that was cleared."""
        last = self.newest
        for number in reversed(self.stored):
            if number != last:
                break
            last -= 1
        return last

    @property
    def uncounted(self) -> int:
        return self.number - sum(self.counts.values())

    def possible(self, kinds: Kinds, since_id: int | None = None) -> int:
        """Return the number of those that may match: that have another number or are of other kinds do not."""
        counted = sum(calls for kind, calls in self.counts.items() if kinds.take(*kind))
        return min(counted + self.uncounted, self._after(max(since_id or 0, self.cleared)))

    def is_exact(self, kinds: Kinds, since_id: int | None = None) -> bool:
        """Return whether `possible` is exactly the number of those that match."""
        known = not any(kinds.may_take(*kind) for kind in self.counts)
        return known and not self.uncounted and (since_id or 0) <= self.cleared

    def _after(self, number: int) -> int:
        """Return how many with larger numbers are gone."""
        return max(self.newest - number - len(self.stored) + bisect_right(self.stored, number), 0)


def gone(tx: Transaction, account_id: int, stored: Sequence[int], last: int) -> Gone:
    """Return what is gone of an account's journal, of which these numbers are stored; `last` was given last."""
    kinds = select(pruned.c.module, pruned.c.action, pruned.c.result, pruned.c.calls)
    rows = tx.execute(kinds.where(pruned.c.account_id == account_id))
    counts = {(module, action, result): calls for module, action, result, calls in rows}
    return Gone(cleared(tx, account_id), last, stored, counts)


def are_any_gone(unit: UnitOfWork) -> bool:
    """Return whether there are calls of the unit's account that are no longer kept and were not cleared."""
    counted = select(func.count()).where(request.c.account_id == unit.account.id, request.c.result != MISSED)
    stored: int = unit.sql().execute(counted).scalar_one()
    return unit.counters.last_request - cleared(unit.sql(), unit.account.id) > stored


def cleared(tx: Transaction, account_id: int) -> int:
    """Return the number of the last call that was cleared, 0 if none was."""
    number: int = tx.execute(select(account.c.cleared).where(account.c.id == account_id)).scalar_one()
    return number


def clear(unit: UnitOfWork) -> None:
    """Remove all calls of the unit's account, and their counts. The numbers go on."""
    tx, owner = unit.sql(), unit.account.id
    for table in (request, pruned):
        tx.execute(delete(table).where(table.c.account_id == owner))
    tx.execute(update(account).where(account.c.id == owner).values(cleared=unit.counters.last_request))
