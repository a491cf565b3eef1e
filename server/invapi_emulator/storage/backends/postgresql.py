"""A PostgreSQL database, which several servers may share. Units and transactions run in worker threads.

Nothing waits for it without end: a connection is patient for so long, and what has waited longer for its turn is refused.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from psycopg import Error as PsycopgError
from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage import heartbeat
from invapi_emulator.storage.backends.membership import Membership
from invapi_emulator.storage.backends.pending_unit import PendingUnit
from invapi_emulator.storage.backends.postgresql_checks import refuse_unsuitable
from invapi_emulator.storage.backends.postgresql_connection import connect_patiently
from invapi_emulator.storage.backends.postgresql_time import DatabaseTime
from invapi_emulator.storage.backends.postgresql_units import PostgresUnits
from invapi_emulator.storage.backends.unit_queue import GROUPS, UnitQueue
from invapi_emulator.storage.database import Database, Need, never, no_needs
from invapi_emulator.storage.errors import CannotWrite, committing
from invapi_emulator.storage.shared_notifications import SharedNotifications
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

T = TypeVar("T")

CONNECTIONS = 10

PROOF_SECONDS = 1.0
"""How long a proof that the database can be written to waits for it."""

SCHEMA_SECONDS = 600.0
"""How long a change of the schema waits for the database, or for another server that changes it."""

_WITHOUT_LIMITS = """
SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0
"""


def open_url(url: URL, real_time: RealTime, resources: ExitStack, *, patience: float) -> "PostgresDatabase":
    """Open a database; raises DBAPIError or CannotStart. `patience`: how many seconds to wait for it in silence."""
    engine = create_engine(
        url, pool_size=CONNECTIONS, max_overflow=2, hide_parameters=True, isolation_level="READ COMMITTED"
    )
    resources.callback(engine.dispose)
    connect_patiently(engine, patience)
    refuse_unsuitable(engine)
    membership = Membership(engine)
    resources.callback(membership.leave)
    alone = membership.join()
    return PostgresDatabase(engine, real_time, resources, membership, alone=alone, patience=patience)


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
        patience: float,
    ) -> None:
        super().__init__(engine, real_time, SharedNotifications(engine), alone=alone)
        self._resources = resources
        self._membership = membership
        self._patience = patience
        self._threads = {
            name: ThreadPoolExecutor(count, thread_name_prefix=name)
            for name, count in (("groups", GROUPS), ("database", CONNECTIONS - GROUPS), ("proof", 1))
        }
        self._committing = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._time = DatabaseTime()
        self._units = PostgresUnits(
            self, lambda: self._connected(self._committing), patience, self._time.not_before
        )
        self._queue = UnitQueue(
            self._threads["groups"], self._threads["database"], self._units.run, self._turn
        )

    async def run(
        self,
        account_id: int | None,
        work: Callable[[UnitOfWork], T],
        needs: Callable[[], Sequence[Need]] = no_needs,
        /,
        may_lose: Callable[[], bool] = never,  # noqa: ARG002 - a database that cannot be written cannot be read here either
        *,
        wait: bool = True,
        behind_calls: bool = False,
    ) -> T:
        unit = PendingUnit(account_id, work, needs, wait=wait, behind_calls=behind_calls)
        return await self._queue.outcome(unit)

    def run_now(self, account_id: int | None, work: Callable[[UnitOfWork], T]) -> T:
        unit = PendingUnit(account_id, work)
        self._units.run([unit])
        return unit.outcome()

    async def call(self, work: Callable[[], T]) -> T:
        late = self._turn()

        def work_in_turn() -> T:
            if problem := late():
                raise problem
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._threads["database"], work_in_turn)

    async def prove(self) -> None:
        """Write something, as calls must, in a thread of its own: calls may hang. Raises DATABASE_LOST."""
        await asyncio.get_running_loop().run_in_executor(self._threads["proof"], self._write_proof)

    @contextmanager
    def transaction(self, *, changes_schema: bool = False) -> Iterator[Transaction]:
        patience = SCHEMA_SECONDS if changes_schema else None
        with self.timed("write"), self._connected(self.engine, patience) as connection:
            connection.begin()
            if changes_schema:
                connection.execute(text(_WITHOUT_LIMITS))
            yield Transaction(connection)
            with committing(connection):
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
        return self._time.read(tx)

    def stay_member(self) -> None:
        self._membership.renew()

    def sign(self, who: str) -> None:
        """Do nothing: other servers may use the database too."""

    def close(self) -> None:
        self.notifications.close()
        self._queue.close()
        for threads in self._threads.values():
            threads.shutdown()
        self._resources.close()

    def _turn(self) -> Callable[[], CannotWrite | None]:
        """Return a function that returns an error if it is called too late."""
        time = asyncio.get_running_loop().time
        asked_at = time()

        def late() -> CannotWrite | None:
            if time() - asked_at <= self._patience:
                return None
            return CannotWrite(f"its connections have been in use for {self._patience:g} s")

        return late

    def _write_proof(self) -> None:
        with self.timed("write"), self._connected(self._committing, PROOF_SECONDS) as connection:
            heartbeat.prove(connection)

    @contextmanager
    def _connected(self, engine: Engine, patience: float | None = None) -> Iterator[Connection]:
        """Lend a connection. What is not committed by the end is rolled back.

        If it is lost, all pooled connections are given up: a restart of the database took them too.
        """
        try:
            with engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.patience = patience or self._patience
                try:
                    yield connection
                finally:
                    _roll_back(connection)
        except DBAPIError as problem:
            if problem.connection_invalidated:
                self.engine.dispose()
            raise


def _roll_back(connection: Connection) -> None:
    """Roll back what is open. The pool would log a connection that is lost by then with a traceback."""
    if connection.invalidated or connection.closed:
        return
    try:
        connection.connection.rollback()
    except PsycopgError as problem:
        connection.invalidate(problem)
