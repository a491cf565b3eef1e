"""A unit of work that waits to run and commit, and its outcome."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from invapi_emulator.storage.database import Need, never, no_needs
from invapi_emulator.storage.unit_of_work import UnitOfWork

T = TypeVar("T")


class PendingUnit(Generic[T]):
    """A unit of work with the arguments of `Database.run`. `waiter`, if set, is resolved when it ends.

    It is `postponed` if a group that it was in had no time to run it.
    """

    __slots__ = (
        "account_id",
        "behind_calls",
        "ended",
        "may_lose",
        "needs",
        "postponed",
        "problem",
        "result",
        "wait",
        "waiter",
        "work",
    )

    def __init__(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        may_lose: Callable[[], bool] = never,
        *,
        wait: bool = True,
        behind_calls: bool = False,
    ) -> None:
        self.account_id = account_id
        self.work = work
        self.needs = needs
        self.may_lose = may_lose
        self.wait = wait
        self.behind_calls = behind_calls
        self.ended = False
        self.postponed = False
        self.result: T | None = None
        self.problem: BaseException | None = None
        self.waiter: asyncio.Future[None] | None = None

    def end(self, problem: BaseException | None = None) -> None:
        self.ended, self.postponed, self.problem = True, False, problem
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def outcome(self) -> T:
        """Return the result of the work. Raises its error, or the error that prevented the commit."""
        if self.problem is not None:
            raise self.problem
        return cast("T", self.result)
