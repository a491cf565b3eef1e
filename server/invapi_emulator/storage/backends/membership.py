"""The lock that shows servers on one PostgreSQL database whether others are alive."""

from sqlalchemy import Connection, Engine, text

from invapi_emulator.storage.errors import DATABASE_LOST

_ALIVE_LOCK = 0x1147A91
"""The advisory lock that every server on a PostgreSQL database shares."""


def own_connection(engine: Engine) -> Connection:
    """Return a connection outside the pool, for long use. Each of its statements is a transaction."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    return connection


class Membership:
    """The lock that all servers of a database share while they live, each on its own connection.

    Two servers that start at once may both believe not to be the first. The clocks then have not stood still
    for longer than their start took.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def join(self) -> bool:
        """Take the lock. Return whether no other server had it."""
        self._connection = own_connection(self._engine)
        key = {"key": _ALIVE_LOCK}
        alone = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
        self._connection.execute(text("SELECT pg_advisory_lock_shared(:key)"), key)
        if alone:
            self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        return bool(alone)

    def renew(self) -> None:
        """Take the lock again if its connection is lost."""
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
