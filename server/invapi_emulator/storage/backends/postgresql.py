"""A PostgreSQL database, which several servers may share. Units and transactions run in worker threads."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.backends.membership import Membership
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.postgresql_session import database_time
from invapi_emulator.storage.backends.postgresql_units import PostgresUnits
from invapi_emulator.storage.backends.unit_queue import UnitQueue
from invapi_emulator.storage.database import Database, Need, never, no_needs
from invapi_emulator.storage.shared_notifications import SharedNotifications
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

T = TypeVar("T")

CONNECTIONS = 10


def open_url(url: URL, real_time: RealTime, resources: ExitStack) -> "PostgresDatabase":
    """Open a database; raises DBAPIError."""
    engine = create_engine(
        url, pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True, isolation_level="READ COMMITTED"
    )
    resources.callback(engine.dispose)
    membership = Membership(engine)
    resources.callback(membership.leave)
    return PostgresDatabase(engine, real_time, resources, membership, alone=membership.join())


class PostgresDatabase(Database):
    """A database with a pool of connections. Each is used by one thread at a time."""

    shared = True
    durable = True

    def __init__(
        self,
        engine: Engine,
        real_time: RealTime,
        resources: ExitStack,
        membership: Membership,
        *,
        alone: bool,
    ) -> None:
        super().__init__(engine, real_time, SharedNotifications(engine), alone=alone)
        self._resources = resources
        self._membership = membership
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="database")
        committing = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._units = PostgresUnits(self, lambda: self._connected(committing))
        self._queue = UnitQueue(self._threads, self._units.run)

    async def run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        /,
        may_lose: Callable[[], bool] = never,  # noqa: ARG002 - a database that cannot be written cannot be read here either
        *,
        wait: bool = True,
    ) -> T:
        return await self._queue.outcome(PendingUnit(account_id, work, needs, wait=wait))

    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        unit = PendingUnit(account_id, work)
        self._units.run([unit])
        return unit.outcome()

    async def call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    @contextmanager
    def transaction(self, *, changes_schema: bool = False) -> Iterator[Transaction]:  # noqa: ARG002 - PostgreSQL can change it at any time
        with self.timed("write"), self._connected(self.engine) as connection:
            connection.begin()
            yield Transaction(connection)
            connection.commit()

    @contextmanager
    def read(self, *, of_one_moment: bool = False) -> Iterator[Transaction]:
        with self.timed("read"), self._connected(self.engine) as connection:
            if of_one_moment:
                connection.execution_options(isolation_level="REPEATABLE READ")
            connection.begin()  # otherwise the pool ends it, with a traceback if it is lost
            yield Transaction(connection)
            connection.commit()  # after a rollback the driver would prepare all its statements again

    def real_now(self, tx: Transaction) -> Instant:
        return database_time(tx)

    def stay_member(self) -> None:
        self._membership.renew()

    def sign(self, who: str) -> None:
        """Do nothing: other servers may use the database too."""

    def close(self) -> None:
        self.notifications.close()
        self._threads.shutdown()
        self._resources.close()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        """Lend a connection. What is not committed by the end is rolled back.

        If it is lost, all pooled connections are given up: a restart of the database took them too.
        """
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as problem:
            if problem.connection_invalidated:
                self.engine.dispose()
            raise
