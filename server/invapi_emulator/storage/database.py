"""The database: units of work and transactions, run where the engine runs them best."""

from abc import ABC, abstractmethod
from asyncio import Lock
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.extras import require
from invapi_emulator.process.metrics import Timing
from invapi_emulator.storage import heartbeat
from invapi_emulator.storage.account_state import States
from invapi_emulator.storage.belonging import belongs
from invapi_emulator.storage.errors import first_line
from invapi_emulator.storage.missed import Missed
from invapi_emulator.storage.notifications import Notifications
from invapi_emulator.storage.owners import Owners, OwnerWord
from invapi_emulator.storage.record import Index, Key, Record
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.urls import name_of, url_of, without_secrets

T = TypeVar("T")

Need = tuple[Record[Any], Key] | Index[Any, Any]
"""A part or an index that a unit of work will ask for."""


class AccountGone(Exception):
    """The account does not exist, or no longer exists."""


class WrongAccount(Exception):
    """The word that the account was found by no longer belongs to it."""


class AccountBusy(Exception):
    """Another caller has locked the account."""


def never() -> bool:
    return False


def no_needs() -> Sequence[Need]:
    return ()


class Database(ABC):
    """Units of work on accounts, and SQL transactions on the whole database.

    - `alone`: no other server was using the database when this one opened it.
    - `shared`: other servers may use the database too.
    - `durable`: the database outlives the server.
    - `real_time`: reads the time of the process.
    - `times`: how long transactions took, by kind: `read` or `write`.
    - `missed`: the calls that the journal misses because it could not be written to, as long as it does not tell so itself.
    - `settling`: held while a further batch of what is due in an account takes effect, so that accounts take turns.
    - `former_worlds`: ids of accounts with former worlds that are not fully cleared away.
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
        self.settling = Lock()
        self.former_worlds: set[int] = set()
        self.missed = Missed()

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
        behind_calls: bool = False,
    ) -> T:
        """Run a unit of work on an account, or on none. Return its result once its changes are kept.

        The unit may run again from the start, so it must change nothing outside itself. If its changes cannot
        be kept and `may_lose` is true, its result is returned anyway. Raises AccountGone or DATABASE_LOST.
        Without `wait`, raises AccountBusy if the account is locked; with it, waits for the lock.
        With `behind_calls`, calls that wait go first, but for a few such units in each turn.
        """

    async def run_for(
        self,
        word: OwnerWord | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        /,
        may_lose: Callable[[], bool] = never,
    ) -> T:
        """Run a unit of work, as `run` does, on the account that a word belongs to, or on none.

        A cached word may belong to another account by now. That is seen once its account is locked; the word
        is then looked up again. Raises DATABASE_LOST.
        """
        while True:
            cached = None if word is None else self.owners.cached(word)
            try:
                if word is None or cached is None:
                    account_id = None if word is None else await self.owner_of(word)
                    return await self.run(account_id, work, needs, may_lose)
                return await self.run(cached, partial(_run_if_it_belongs, word, work), needs, may_lose)
            except (AccountGone, WrongAccount):
                assert word is not None
                self.owners.evict(word)

    @abstractmethod
    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        """Run a unit of work as `run` does, but on this thread."""

    @abstractmethod
    async def call(self, work: Callable[[], T]) -> T:
        """Run a function that makes transactions, in the thread that this engine uses."""

    async def prove(self) -> None:
        """Write something, as calls must. Raises DATABASE_LOST."""
        await self.call(self._say_alive)

    @abstractmethod
    def transaction(self, *, changes_schema: bool = False) -> AbstractContextManager[Transaction]:
        """Open a transaction. It commits when the block ends, and rolls back if the block raises."""

    @abstractmethod
    def read(self, *, of_one_moment: bool = False) -> AbstractContextManager[Transaction]:
        """Open a read-only transaction. With `of_one_moment`, it does not see later commits of others."""

    @abstractmethod
    def real_now(self, tx: Transaction) -> Instant:
        """Return the real time: of the process, or of the database if several servers may share it."""

    @abstractmethod
    def close(self) -> None:
        """Write all pending changes, and end all transactions."""

    async def owner_of(self, word: OwnerWord) -> int | None:
        """Return the id of the account that a word belongs to, or None."""
        cached = self.owners.cached(word)
        return await self.call(lambda: self._look_up(word)) if cached is None else cached

    def evict(self, account_ids: Iterable[int]) -> None:
        """Evict removed accounts, and notify their listeners."""
        for account_id in account_ids:
            self.states.drop(account_id)
        self.notifications.happened(account_ids)

    @property
    def log_bytes(self) -> int:
        """The size of a SQLite file's write-ahead log; 0 if there is no such log."""
        return 0

    @abstractmethod
    def stay_member(self) -> None:
        """Make sure that other servers can see that this one is alive."""

    @abstractmethod
    def sign(self, who: str) -> None:
        """Name this server, for another server that wants the same file."""

    def _say_alive(self) -> None:
        with self.transaction() as tx:
            heartbeat.say_alive(tx, self.real_now(tx))

    def _look_up(self, word: OwnerWord) -> int | None:
        with self.read() as tx:
            return self.owners.find(tx, word)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Measure the duration of a transaction of this kind: `write` or `read`."""
        started_at = self.real_time()
        try:
            yield
        finally:
            self.times[kind].add((self.real_time() - started_at) / SECOND)


def _run_if_it_belongs(word: OwnerWord, work: Callable[[UnitOfWork], T], unit: UnitOfWork) -> T:
    """Run the work; raise WrongAccount if the word does not belong to the unit's account."""
    if not belongs(unit, word):
        raise WrongAccount
    return work(unit)


def open_database(where: str, real_time: RealTime, *, fsync: bool = False, patience: float = 10) -> Database:
    """Open the database that `--db` names: empty (in memory), a file, or a URL of sqlite or postgresql.

    `patience`: how many seconds to wait for PostgreSQL.
    Raises CannotStart with one line that names the database if it cannot be used.
    """
    url = url_of(where)
    resources = ExitStack()
    try:
        if url.get_backend_name() == "postgresql":
            require("psycopg", f"--db: {name_of(url)}: PostgreSQL")
            from invapi_emulator.storage.backends import postgresql  # psycopg takes a while

            return postgresql.open_url(url, real_time, resources, patience=patience)
        from invapi_emulator.storage.backends import sqlite  # as above

        return sqlite.open_url(url, real_time, resources, fsync=fsync)
    except CannotStart:
        resources.close()
        raise
    except (DBAPIError, ArgumentError, OSError) as problem:
        resources.close()
        why = without_secrets(url, first_line(problem))
        raise CannotStart(f"--db: cannot use {name_of(url)}: {why}") from None
