"""A SQLite database. Everything runs on the event loop's own thread: a thread hop costs more than a query."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import URL, Engine

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.pace import Pace
from invapi_emulator.storage import state_check
from invapi_emulator.storage.backends import sqlite_file, sqlite_links, sqlite_lock
from invapi_emulator.storage.backends.group_commit import GroupCommit
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection, sqlite_engine
from invapi_emulator.storage.backends.sqlite_watch import OpenFile
from invapi_emulator.storage.database import Database, Need, never, no_needs
from invapi_emulator.storage.notifications import Notifications
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

T = TypeVar("T")


def open_url(url: URL, real_time: RealTime, resources: ExitStack, *, fsync: bool) -> "SqliteDatabase":
    """Open a file, or a database in memory; raises CannotStart, DBAPIError, OSError."""
    path = sqlite_links.file_of(url)
    sqlite_links.refuse_name_of_log(url)
    sqlite_links.refuse_links(url)
    file = (
        None
        if path is None
        else OpenFile(path, sqlite_file.take_file(path, resources), sqlite_links.given_in(url))
    )
    engine = sqlite_engine(url, fsync=fsync)
    resources.callback(engine.dispose)
    return SqliteDatabase(engine, real_time, resources, file)


class SqliteDatabase(Database):
    """A database with one connection, for one server alone."""

    shared = False

    def __init__(
        self,
        engine: Engine,
        real_time: RealTime,
        resources: ExitStack,
        file: OpenFile | None,
    ) -> None:
        super().__init__(engine, real_time, Notifications(), alone=True)
        self.durable = file is not None
        self._resources = resources
        self._file = file
        self._connection = SqliteConnection(engine, file)
        self._commits = GroupCommit(self._connection, self)
        self._pace = Pace(real_time, self._commits.flush)

    async def run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        _needs: Callable[[], Sequence[Need]] = no_needs,  # loading what is asked for costs little here
        /,
        may_lose: Callable[[], bool] = never,
        *,
        wait: bool = True,  # noqa: ARG002 - there is no other server to lock an account
        behind_calls: bool = False,
    ) -> T:
        await self._pace.begin(account_id, behind=behind_calls)
        call = PendingUnit(account_id, work, may_lose=may_lose)
        self._commits.start(call)
        if not call.ended:
            call.waiter = asyncio.get_running_loop().create_future()
            await call.waiter
        return call.outcome()

    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        call = PendingUnit(account_id, work)
        self._commits.start(call)
        self._commits.flush()
        return call.outcome()

    async def call(self, work: Callable[[], T]) -> T:
        return work()

    @contextmanager
    def transaction(self, *, changes_schema: bool = False) -> Iterator[Transaction]:
        self._commits.flush()
        loosely = self._connection.loose_references() if changes_schema else nullcontext()
        with loosely, self.timed("write"):
            self._connection.begin()
            try:
                yield Transaction(self._connection.sqlalchemy)
                self._commits.commit()
            finally:
                self._connection.roll_back()

    @contextmanager
    def read(self, *, of_one_moment: bool = False) -> Iterator[Transaction]:  # noqa: ARG002 - every read is
        self._commits.flush()
        self._connection.look()
        with self.timed("read"):
            yield Transaction(self._connection.sqlalchemy)

    def real_now(self, _tx: Transaction) -> Instant:
        return self.real_time()

    @property
    def log_bytes(self) -> int:
        return 0 if self._file is None else self._file.log.size

    def stay_member(self) -> None:
        """Do nothing: there are no other servers."""

    def sign(self, who: str) -> None:
        if self._file is not None:
            sqlite_lock.sign(self._file.path, who)

    def close(self) -> None:
        """Write pending changes. A file is then complete without its write-ahead log."""
        self.notifications.close()
        self._commits.flush()
        if state_check.ENABLED:
            state_check.compare_all(self.states, self._connection.fetch, self.missed)
        is_whole = self._file is not None and self._connection.empty_log()
        self._connection.close()
        self.engine.dispose()
        if self._file is not None and is_whole:
            self._file.clear_away()
        self._resources.close()
