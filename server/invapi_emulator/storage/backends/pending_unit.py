"""A unit of work that is to be run and committed, and what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from invapi_emulator.storage.database import Need, never, no_needs
from invapi_emulator.storage.unit_of_work import UnitOfWork

T = TypeVar("T")


class PendingUnit(Generic[T]):
    """A unit of work as `Database.run` takes it; `waiter`, if there is one, is told when it has ended."""

    __slots__ = ("account_id", "ended", "may_lose", "needs", "problem", "result", "wait", "waiter", "work")

    def __init__(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        may_lose: Callable[[], bool] = never,
        *,
        wait: bool = True,
    ) -> None:
        self.account_id = account_id
        self.work = work
        self.needs = needs
        self.may_lose = may_lose
        self.wait = wait
        self.ended = False
        self.result: T | None = None
        self.problem: BaseException | None = None
        self.waiter: asyncio.Future[None] | None = None

    def end(self, problem: BaseException | None = None) -> None:
        self.ended, self.problem = True, problem
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def outcome(self) -> T:
        """Return what the work returned; raises what it raised, or what kept it from being committed."""
        if self.problem is not None:
            raise self.problem
        return cast("T", self.result)
