"""The queue of units of work on PostgreSQL. Units that arrive meanwhile run and commit together."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

from invapi_emulator.process.rota import Rota
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.database import AccountBusy
from invapi_emulator.storage.errors import CannotWrite

T = TypeVar("T")

MOST_TOGETHER = 32
"""Maximum number of units in a group."""

GROUPS = 2
"""Number of groups at a time: while one waits for the database, another runs."""

_CLOSED = "the emulator is stopping"

Units = Sequence[PendingUnit[Any]]

Turn: TypeAlias = Callable[[], Callable[[], Exception | None]]
"""Is called when a unit arrives. Returns a function that returns an error once the unit has waited too long."""


class Run(Protocol):
    """Runs units in a thread: with `wait` those of one account, without it those of several.

    Units that it has not ended are run again by account, with `wait`. Those that it has postponed wait again.
    """

    def __call__(self, units: Units, *, wait: bool) -> None: ...


class UnitQueue:
    """The waiting units. Accounts take turns, and an account has units in only one group at a time.

    A group never waits for an account, because its other units would wait too. What it leaves runs beside the
    groups, in threads of its own. A unit whose turn comes too late does not run.
    """

    def __init__(self, grouped: Executor, beside: Executor, run: Run, turn: Turn) -> None:
        self._grouped = grouped
        self._beside = beside
        self._run = run
        self._turn = turn
        self._calls, self._behind = Rota[_Entry](), Rota[_Entry]()
        self._under_way: set[int | None] = set()
        self._groups = 0
        self._is_closed = False

    def close(self) -> None:
        """Start no further unit. Those that wait are refused."""
        self._is_closed = True
        for waiting in (self._calls, self._behind):
            while waiting:
                for entry in waiting.take(MOST_TOGETHER, ()):
                    entry.refuse()

    async def outcome(self, unit: PendingUnit[T]) -> T:
        """Return the result of a unit once it is committed. Raises AccountBusy if the unit may not wait.

        Raises CannotWrite for a unit that waited too long, or for the end of the queue.
        """
        if not unit.wait and self._is_busy(unit.account_id):
            raise AccountBusy(unit.account_id)
        if self._is_closed:
            raise CannotWrite(_CLOSED)
        entry = _Entry(unit, self._turn())
        self._line(unit).add(unit.account_id, entry)
        self._start_groups()
        await entry.ended
        return unit.outcome()

    def _is_busy(self, account_id: int | None) -> bool:
        return any(account_id in busy for busy in (self._under_way, self._calls, self._behind))

    def _line(self, unit: PendingUnit[Any]) -> Rota["_Entry"]:
        return self._behind if unit.behind_calls else self._calls

    def _start_groups(self) -> None:
        while not self._is_closed and self._groups < GROUPS and (group := self._next_group()):
            self._groups += 1
            self._start(group, self._finish_group, wait=False)

    def _next_group(self) -> list["_Entry"]:
        """Take units whose accounts are not in a running group: of calls, and one that is to run behind them."""
        calls = self._calls.take(MOST_TOGETHER - 1, self._under_way)
        behind = self._behind.take(1 if calls else MOST_TOGETHER, self._under_way)
        group = calls[:1] + behind + calls[1:]  # the first two are not postponed
        self._under_way.update(entry.unit.account_id for entry in group)
        return group

    def _start(self, group: list["_Entry"], finish: Callable[[list["_Entry"]], None], *, wait: bool) -> None:
        running = asyncio.get_running_loop().run_in_executor(
            self._beside if wait else self._grouped, partial(self._run_in_turn, group, wait=wait)
        )

        def done(run: "asyncio.Future[None]") -> None:
            mistake = run.exception()
            for entry in group if mistake is not None else ():
                entry.unit.end(mistake)
            finish(group)

        running.add_done_callback(done)

    def _run_in_turn(self, group: list["_Entry"], *, wait: bool) -> None:
        for entry in group:
            if problem := entry.late():
                entry.unit.end(problem)
        if units := [entry.unit for entry in group if not entry.unit.ended]:
            self._run(units, wait=wait)

    def _finish_group(self, group: list["_Entry"]) -> None:
        self._groups -= 1
        self._finish(group)

    def _finish(self, group: list["_Entry"]) -> None:
        """Complete the ended units, run the others by account, and start the next groups."""
        left: dict[int | None, list[_Entry]] = {}
        for entry in group:
            if entry.unit.ended:
                entry.resolve()
            elif self._is_closed or not entry.unit.postponed:
                left.setdefault(entry.unit.account_id, []).append(entry)
        for entries in left.values():
            self._run_beside(entries)
        self._put_back_postponed(group)
        self._under_way -= {entry.unit.account_id for entry in group} - left.keys()
        self._start_groups()

    def _run_beside(self, entries: list["_Entry"]) -> None:
        if not self._is_closed:
            self._start(entries, self._finish, wait=True)
            return
        for entry in entries:
            entry.refuse()

    def _put_back_postponed(self, group: list["_Entry"]) -> None:
        for entry in reversed(group):
            if entry.unit.postponed:
                entry.unit.postponed = False
                self._line(entry.unit).put_back(entry.unit.account_id, entry)


class _Entry:
    def __init__(self, unit: PendingUnit[Any], late: Callable[[], Exception | None]) -> None:
        self.unit = unit
        self.late = late
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def refuse(self) -> None:
        self.unit.end(CannotWrite(_CLOSED))
        self.resolve()

    def resolve(self) -> None:
        if not self.ended.done():  # its client has not gone
            self.ended.set_result(None)
