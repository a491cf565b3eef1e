"""The database: opening it, and transactions on it, in the place that its engine likes best."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import Instant
from invapi_emulator.errors import CannotStart

Transaction: TypeAlias = Connection
"""What handlers, finish functions and queries take first."""

T = TypeVar("T")

DATABASE_LOST = (OperationalError, InterfaceError)
"""What SQLAlchemy raises when a database does not answer; anything else is a mistake of ours."""

POSTGRESQL_CONNECTIONS = 10
_ALIVE_LOCK = 0x1147A91
"""The advisory lock that every server on a PostgreSQL database shares."""


class Database:
    """Transactions, and where they run: SQLite on the caller's own thread, PostgreSQL in a few worker threads.

    SQLite has one connection, and a thread hop would cost more than a query. `alone` tells whether no other
    server was using the database when this one opened it; `real_time` reads the process's time.
    """

    def __init__(
        self,
        engine: Engine,
        real_time: RealTime,
        resources: ExitStack,
        membership: "_Membership | None",
        *,
        alone: bool,
    ) -> None:
        self.engine = engine
        self.alone = alone
        self.real_time = real_time
        self._resources = resources
        self._membership = membership
        self._threads: ThreadPoolExecutor | None = None
        if engine.dialect.name == "postgresql":
            self._threads = ThreadPoolExecutor(POSTGRESQL_CONNECTIONS, thread_name_prefix="database")

    @property
    def durable(self) -> bool:
        return self.engine.url.database not in (None, "", ":memory:")

    def stay_member(self) -> None:
        """See that other servers still can tell that this one lives; a lost connection took that with it."""
        if self._membership is not None:
            self._membership.renew()

    def is_there(self) -> bool:
        """Tell whether the file still is, that SQLite would go on writing to though somebody removed it."""
        url = self.engine.url
        return url.get_backend_name() != "sqlite" or not self.durable or Path(str(url.database)).exists()

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
    def write(self) -> Iterator[Transaction]:
        """Make a transaction that commits when the block is left, and rolls back when it raises."""
        with self.engine.begin() as tx:
            yield tx

    @contextmanager
    def read(self, *, of_one_moment: bool = False) -> Iterator[Transaction]:
        """Make a transaction that only reads; `of_one_moment`: what others commit meanwhile is not seen."""
        with self.engine.connect() as tx:
            if of_one_moment and self._threads is not None:
                tx.execution_options(isolation_level="REPEATABLE READ")
            yield tx

    def real_now(self, tx: Transaction) -> Instant:
        """Return the real time: the process's, or the database's where several servers may share it."""
        if self._threads is None:
            return self.real_time()
        now = tx.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"))
        return int(now.scalar_one())

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown()
        self._resources.close()


def open_database(where: str, real_time: RealTime, *, full_sync: bool = False) -> Database:
    """Open the database that `--db` names: nothing (in memory), a file, or a URL of sqlite or postgresql.

    Raises CannotStart with one line that names it when it cannot be used.
    """
    url = _url(where)
    resources = ExitStack()
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(url, pool_size=POSTGRESQL_CONNECTIONS + 1, max_overflow=0)
            resources.callback(engine.dispose)
            membership = _Membership(engine)
            resources.callback(membership.leave)
            alone = membership.join()
        else:
            alone, membership = True, None
            _lock_file(url, resources)
            engine = _sqlite_engine(url, full_sync=full_sync)
            resources.callback(engine.dispose)
            engine.connect().close()
    except (DBAPIError, OSError) as problem:
        resources.close()
        raise CannotStart(f"--db: cannot use {name_of(url)}: {first_line(problem)}") from None
    return Database(engine, real_time, resources, membership, alone=alone)


def first_line(problem: DBAPIError | OSError) -> str:
    """Return what a database says is wrong, without the statement and the advice behind it."""
    said = problem.strerror if isinstance(problem, OSError) else problem.orig
    return str(said or problem).strip().splitlines()[0]


def name_of(url: URL) -> str:
    """Return the database as a person names it, its password hidden."""
    return f"'{url.database}'" if url.get_backend_name() == "sqlite" else f"'{url.render_as_string()}'"


def _url(where: str) -> URL:
    if "://" not in where:
        return URL.create("sqlite", database=where or None)
    try:
        url = make_url(where)
    except ArgumentError as problem:
        raise CannotStart(f"--db: {where!r} is no database URL: {problem}") from None
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    backend = url.drivername.partition("+")[0]
    if backend not in drivers:
        raise CannotStart(
            f"--db: {backend!r} is no database it can use; those are a file, sqlite, postgresql"
        )
    return url.set(drivername=drivers[backend])


def _lock_file(url: URL, resources: ExitStack) -> None:
    """Hold a lock beside a SQLite file: two servers in one file would each run its tasks on their own time."""
    if url.database in (None, "", ":memory:"):
        return
    file = Path(str(url.database)).absolute()
    if not file.parent.is_dir():
        raise NotADirectoryError(f"there is no directory '{file.parent}'")
    with file.open("ab"):
        pass  # a folder, or a file that cannot be written, is refused before a lock lies beside it
    lock = FileLock(f"{file}.lock", thread_local=False)  # the server may stop in another thread
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CannotStart(f"--db: '{file}' is in use by another server") from None
    resources.callback(lock.release)


def _sqlite_engine(url: URL, *, full_sync: bool) -> Engine:
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        synchronous = "FULL" if full_sync else "NORMAL"
        try:
            for setting in (
                "foreign_keys = ON",
                "busy_timeout = 500",
                "journal_mode = WAL",
                f"synchronous = {synchronous}",
            ):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error:
            connection.close()  # nobody else will: the pool has not taken it yet
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class _Membership:
    """The lock that all servers of a PostgreSQL database share, each while it lives, on a connection of its own.

    Two that start at once can both believe not to be the first; then the clocks have not stood still for longer
    than their start took.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def join(self) -> bool:
        """Take the lock; answer whether nobody else had it."""
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": _ALIVE_LOCK}
        alone = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
        self._connection.execute(text("SELECT pg_advisory_lock_shared(:key)"), key)
        if alone:
            self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        return bool(alone)

    def renew(self) -> None:
        """Take the lock again if the connection that held it is lost."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return
        except DATABASE_LOST:
            self.leave()
        self.join()

    def leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
