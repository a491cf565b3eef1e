"""The database: opening it, and transactions on it, in the place that its engine likes best."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.errors import CannotStart
from invapi_emulator.measures import Timing
from invapi_emulator.storage import postgresql, sqlite
from invapi_emulator.storage.notices import Notices
from invapi_emulator.storage.problems import CannotWrite, first_line
from invapi_emulator.storage.shared_notices import SharedNotices
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.urls import name_of, url_of

T = TypeVar("T")


def always() -> bool:
    return True


class Database:
    """Transactions, and where they run: SQLite on the caller's own thread, PostgreSQL in a few worker threads.

    SQLite has one connection, and a thread hop would cost more than a query. `alone` tells whether no other
    server was using the database when this one opened it; `real_time` reads the process's time. `times` are those that
    transactions took, which only read or may write.
    """

    def __init__(
        self,
        engine: Engine,
        real_time: RealTime,
        resources: ExitStack,
        membership: postgresql.Membership | None,
        *,
        alone: bool,
    ) -> None:
        self.engine = engine
        self.alone = alone
        self.real_time = real_time
        self.times = {"read": Timing(), "write": Timing()}
        self.notices = Notices() if engine.dialect.name == "sqlite" else SharedNotices(engine)
        self._resources = resources
        self._membership = membership
        file = sqlite.file_of(engine.url)
        self._file = None if file is None else sqlite.OpenFile(file)
        self._threads: ThreadPoolExecutor | None = None
        self._only: Transaction | None = None
        if engine.dialect.name == "sqlite":
            self._only = sqlite.SqliteTransaction(engine.connect())
        else:
            self._threads = ThreadPoolExecutor(postgresql.CONNECTIONS, thread_name_prefix="database")

    @property
    def shared(self) -> bool:
        """Tell whether other servers may use it too."""
        return self._threads is not None

    @property
    def durable(self) -> bool:
        return self._threads is not None or self._file is not None

    def stay_member(self) -> None:
        """See that other servers still can tell that this one lives; a lost connection took that with it."""
        if self._membership is not None:
            self._membership.renew()

    def sign(self, who: str) -> None:
        """Say who serves, for another server that wants the same file."""
        if self._file is not None:
            self._file.sign(who)

    async def run(self, work: Callable[[], T]) -> T:
        """Run a function that makes transactions, where this engine wants it."""
        if self._threads is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def run_in_steps(self, step: Callable[[], T | None]) -> T:
        """Run a step again and again until it answers; between two, other calls get their turn."""
        while (done := await self.run(step)) is None:  # noqa: ASYNC110 - others just go first
            await asyncio.sleep(0)
        return done

    @contextmanager
    def write(self, is_needed: Callable[[], bool] = always) -> Iterator[Transaction]:
        """Make a transaction that commits when the block is left, and rolls back when it raises.

        Raises CannotWrite when what was written cannot be kept; where `is_needed` then says that it need not be, as
        what the passing of time did, it is let go.
        """
        with self._connected("write") as tx:
            tx.begin()
            tx.touched.clear()
            yield tx
            try:
                self._commit(tx)
            except CannotWrite:
                if is_needed():
                    raise
                return
            if tx.touched:
                self.notices.happened(tx.touched)

    def _commit(self, tx: Transaction) -> None:
        if self._file is not None:
            self._file.refuse_unless_writable()
        try:
            tx.commit()
        except OperationalError as problem:
            if self._threads is not None:
                raise
            raise CannotWrite(first_line(problem)) from None

    @contextmanager
    def read(self, *, of_one_moment: bool = False) -> Iterator[Transaction]:
        """Make a transaction that only reads; `of_one_moment`: what others commit meanwhile is not seen."""
        with self._connected("read") as tx:
            if self._threads is not None:
                if of_one_moment:
                    tx.connection.execution_options(isolation_level="REPEATABLE READ")
                tx.begin()  # what SQLAlchemy does not know of, its pool ends, with a traceback where the connection is lost
            yield tx

    @contextmanager
    def _connected(self, kind: str) -> Iterator[Transaction]:
        """Lend a connection, SQLite's only one again and again; what is not committed by the end is rolled back."""
        started_at = self.real_time()
        try:
            if self._only is None:
                with self._without_stale_ones(), self.engine.connect() as connection:
                    yield Transaction(connection)
            else:
                try:
                    yield self._only
                finally:
                    self._only.roll_back()
        finally:
            self.times[kind].add((self.real_time() - started_at) / SECOND)

    @contextmanager
    def _without_stale_ones(self) -> Iterator[None]:
        """Give up all connections that wait in the pool when one is found to be lost: a restart took them too."""
        try:
            yield
        except DBAPIError as problem:
            if problem.connection_invalidated:
                self.engine.dispose()
            raise

    def real_now(self, tx: Transaction) -> Instant:
        """Return the real time: the process's, or the database's where several servers may share it."""
        if self._threads is None:
            return self.real_time()
        return int(postgresql.NOW.scalar(tx))

    def close(self) -> None:
        """End all transactions; a SQLite file then is whole without a log beside it."""
        self.notices.close()
        if self._threads is not None:
            self._threads.shutdown()
        if self._only is not None:
            self._only.connection.close()
        if self._file is not None:
            is_whole = sqlite.checkpoint(self.engine)
            self.engine.dispose()
            if is_whole:
                self._file.clear_away()
        self._resources.close()


def open_database(where: str, real_time: RealTime, *, fsync: bool = False) -> Database:
    """Open the database that `--db` names: nothing (in memory), a file, or a URL of sqlite or postgresql.

    Raises CannotStart with one line that names it when it cannot be used.
    """
    url = url_of(where)
    resources = ExitStack()
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(
                url, pool_size=postgresql.CONNECTIONS, max_overflow=0, hide_parameters=True
            )
            resources.callback(engine.dispose)
            membership = postgresql.Membership(engine)
            resources.callback(membership.leave)
            alone = membership.join()
        else:
            alone, membership = True, None
            file = sqlite.file_of(url)
            if file is not None:
                sqlite.take_file(file, resources)
            engine = sqlite.sqlite_engine(url, fsync=fsync)
            resources.callback(engine.dispose)
            engine.connect().close()
    except CannotStart:
        resources.close()
        raise
    except (DBAPIError, OSError) as problem:
        resources.close()
        raise CannotStart(f"--db: cannot use {name_of(url)}: {first_line(problem)}") from None
    return Database(engine, real_time, resources, membership, alone=alone)
