"""A PostgreSQL database, which several servers may share: units and transactions run in a few worker threads."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.backends.membership import Membership
from invapi_emulator.storage.backends.postgresql_session import PostgresSession, database_time
from invapi_emulator.storage.database import AccountBusy, AccountGone, Database, Need, never, no_needs
from invapi_emulator.storage.shared_notifications import SharedNotifications
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch

T = TypeVar("T")

CONNECTIONS = 10
_LOCKS = 256


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
    """A database with a pool of connections.

    A unit holds its account: in this process by a lock, from before it reads the account's row until its state has taken
    over what it changed; for all servers by the row itself.
    """

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
        self._units = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._resources = resources
        self._membership = membership
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="database")
        self._locks = [Lock() for _ in range(_LOCKS)]

    async def run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        may_lose: Callable[[], bool] = never,  # noqa: ARG002 - what cannot be written here cannot be read either
        *,
        wait: bool = True,
    ) -> T:
        return await self.call(lambda: self._run(account_id, work, needs, wait=wait))

    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        return self._run(account_id, work, no_needs, wait=True)

    async def call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    @contextmanager
    def transaction(self, *, changes_schema: bool = False) -> Iterator[Transaction]:  # noqa: ARG002 - it may at any time
        with self.timed("write"), self._connected(self.engine) as connection:
            connection.begin()
            yield Transaction(connection)
            connection.commit()

    @contextmanager
    def read(self, *, of_one_moment: bool = False) -> Iterator[Transaction]:
        with self.timed("read"), self._connected(self.engine) as connection:
            if of_one_moment:
                connection.execution_options(isolation_level="REPEATABLE READ")
            connection.begin()  # what SQLAlchemy does not know of, its pool ends, with a traceback where the connection is lost
            yield Transaction(connection)

    def real_now(self, tx: Transaction) -> Instant:
        return database_time(tx)

    def stay_member(self) -> None:
        self._membership.renew()

    def sign(self, who: str) -> None:
        """Do nothing: others may use the database too."""

    def close(self) -> None:
        self.notifications.close()
        self._threads.shutdown()
        self._resources.close()

    def _run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]],
        *,
        wait: bool,
    ) -> T:
        with (
            self.timed("write"),
            self._held(account_id, wait=wait),
            self._connected(self._units) as connection,
        ):
            session = PostgresSession(connection)
            try:
                unit = self._open(session, account_id, needs, wait=wait)
                result = work(unit)
                batch = WriteBatch()
                if unit.has_changed:
                    batch.take(unit.committed())
                session.commit(batch, changes_written=unit.in_transaction)
            except BaseException:
                if account_id is not None:
                    self.states.drop(account_id)
                raise
            if unit.owned:
                self.states.keep(unit.state)
        self.notifications.happened(batch.states)
        for due in batch.due_earlier:
            self.notifications.due_earlier(due)
        return result

    def _open(
        self,
        session: PostgresSession,
        account_id: int | None,
        needs: Callable[[], Sequence[Need]],
        *,
        wait: bool,
    ) -> UnitOfWork:
        """Hold the account's row, and load what of it is not known or was changed by another server."""
        if account_id is None:
            return UnitOfWork(session, None, session.begin_without_account())
        row, real_now = session.hold(account_id, wait=wait)
        if row is None:
            raise (
                AccountGone(account_id)
                if wait or not session.is_there(account_id)
                else AccountBusy(account_id)
            )
        state = self.states.get(account_id)
        if state is not None and (state.account.generation, state.revision) != row:
            state = None
        return UnitOfWork(session, session.completed(account_id, row, state, needs()), real_now)

    @contextmanager
    def _held(self, account_id: int | None, *, wait: bool) -> Iterator[None]:
        """Hold an account within this process."""
        if account_id is None:
            yield
            return
        lock = self._locks[account_id % _LOCKS]
        if not lock.acquire(blocking=wait):
            raise AccountBusy(account_id)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        """Lend a connection; what is not committed by the end is rolled back.

        When one is found to be lost all that wait in the pool are given up: a restart took them too.
        """
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as problem:
            if problem.connection_invalidated:
                self.engine.dispose()
            raise
