"""The database: units of work and transactions on it, in the place that its engine likes best."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.extras import require
from invapi_emulator.process.metrics import Timing
from invapi_emulator.storage.account_state import States
from invapi_emulator.storage.errors import first_line
from invapi_emulator.storage.notifications import Notifications
from invapi_emulator.storage.owners import Owners, OwnerWord
from invapi_emulator.storage.record import Index, Key, Record
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.urls import name_of, url_of

T = TypeVar("T")

Need = tuple[Record[Any], Key] | Index[Any, Any]
"""A part or an index that a unit of work will ask for."""


class AccountGone(Exception):
    """There is no account of this id, or no longer."""


class AccountBusy(Exception):
    """Somebody else is at work on the account."""


def never() -> bool:
    return False


def no_needs() -> Sequence[Need]:
    return ()


class Database(ABC):
    """Units of work on accounts, and transactions in SQL on all that is there.

    `alone` tells whether no other server was using the database when this one opened it, `shared` whether others may
    use it too, `durable` whether it outlives the server. `real_time` reads the process's time. `times` are those that
    transactions took, which only read or may write. `former_worlds` are the accounts of whose former worlds something is
    left to be cleared away.
    """

    shared: bool
    durable: bool

    def __init__(
        self, engine: Engine, real_time: RealTime, notifications: Notifications, *, alone: bool
    ) -> None:
        self.engine = engine
        self.real_time = real_time
        self.notifications = notifications
        self.alone = alone
        self.times = {"read": Timing(), "write": Timing()}
        self.states = States()
        self.owners = Owners()
        self.former_worlds: set[int] = set()

    @abstractmethod
    async def run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        /,
        may_lose: Callable[[], bool] = never,
        *,
        wait: bool = True,
    ) -> T:
        """Run a unit of work on an account, or on none, and return what it returns once its changes are kept.

        It may be run again from the start, so it must do nothing but change the unit. Where its changes cannot be kept
        and it `may_lose` them, it returns all the same. Raises AccountGone, DATABASE_LOST, and AccountBusy unless it is to
        `wait` until nobody else holds the account.
        """

    @abstractmethod
    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        """Run a unit of work likewise, on this thread."""

    @abstractmethod
    async def call(self, work: Callable[[], T]) -> T:
        """Run a function that makes transactions, where this engine wants it."""

    @abstractmethod
    def transaction(self, *, changes_schema: bool = False) -> AbstractContextManager[Transaction]:
        """Make a transaction that commits when the block is left, and rolls back when it raises."""

    @abstractmethod
    def read(self, *, of_one_moment: bool = False) -> AbstractContextManager[Transaction]:
        """Make a transaction that only reads; `of_one_moment`: what others commit meanwhile is not seen."""

    @abstractmethod
    def real_now(self, tx: Transaction) -> Instant:
        """Return the real time: the process's, or the database's where several servers may share it."""

    @abstractmethod
    def close(self) -> None:
        """Write what waits, and end all transactions."""

    async def owner_of(self, word: OwnerWord) -> int | None:
        """Return the id of the account that a word belongs to; None where there is none."""
        known = self.owners.known(word)
        return await self.call(lambda: self._found(word)) if known is None else known

    def forget(self, account_ids: Iterable[int]) -> None:
        """Forget accounts that were removed, and tell whoever watches them."""
        for account_id in account_ids:
            self.states.drop(account_id)
        self.notifications.happened(account_ids)

    @abstractmethod
    def stay_member(self) -> None:
        """See that other servers still can tell that this one lives."""

    @abstractmethod
    def sign(self, who: str) -> None:
        """Say who serves, for another server that wants the same file."""

    def _found(self, word: OwnerWord) -> int | None:
        with self.read() as tx:
            return self.owners.find(tx, word)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Take the time of a transaction that may `write`, or only `read`."""
        started_at = self.real_time()
        try:
            yield
        finally:
            self.times[kind].add((self.real_time() - started_at) / SECOND)


def open_database(where: str, real_time: RealTime, *, fsync: bool = False) -> Database:
    """Open the database that `--db` names: nothing (in memory), a file, or a URL of sqlite or postgresql.

    Raises CannotStart with one line that names it when it cannot be used.
    """
    url = url_of(where)
    resources = ExitStack()
    try:
        if url.get_backend_name() == "postgresql":
            require("psycopg", f"--db: {name_of(url)}: PostgreSQL")
            from invapi_emulator.storage.backends import postgresql  # psycopg takes a while

            return postgresql.open_url(url, real_time, resources)
        from invapi_emulator.storage.backends import sqlite  # as above

        return sqlite.open_url(url, real_time, resources, fsync=fsync)
    except CannotStart:
        resources.close()
        raise
    except (DBAPIError, OSError) as problem:
        resources.close()
        raise CannotStart(f"--db: cannot use {name_of(url)}: {first_line(problem)}") from None
