"""The lock that shows servers on one PostgreSQL database whether others are alive."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text

_ALIVE_LOCK = 0x1147A91
"""The advisory lock that every server on a PostgreSQL database shares."""


def own_connection(engine: Engine) -> Connection:
    """Return a connection outside the pool, for long use. Each of its statements is a transaction."""
    connection = engine.connect()
    with _closing_on_failure(connection):
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
    return connection


@contextmanager
def _closing_on_failure(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


class Membership:
    """The lock that all servers of a database share while they live, each on its own connection.

    Two servers that start at once may both believe not to be the first. The clocks then have not stood still
    for longer than their start took.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def join(self) -> bool:
        """Take the lock. Return whether no other server had it. After a failure there is no connection."""
        self.leave()
        connection = own_connection(self._engine)
        key = {"key": _ALIVE_LOCK}
        with _closing_on_failure(connection):
            alone = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
            connection.execute(text("SELECT pg_advisory_lock_shared(:key)"), key)
            if alone:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        self._connection = connection
        return bool(alone)

    def renew(self) -> None:
        """Take the lock again if its connection is lost, or cannot be used for any other reason."""
        if self._connection is not None:
            with suppress(Exception):
                self._connection.execute(text("SELECT 1"))
                return
        self.join()

    def leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
