"""The time of a PostgreSQL database, which all its servers share. It never goes back."""

from threading import Lock

from sqlalchemy import BigInteger, func, literal_column, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.statement import Runner, Statement
from invapi_emulator.storage.tables import server

_NOW = literal_column("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", BigInteger)
_LAST_ALIVE = select(func.max(server.c.alive_at)).scalar_subquery()

NOW = Statement(select(func.greatest(_NOW, _LAST_ALIVE)), int)
"""The database's time in microseconds since 1970, independent of the start of the transaction, but not before the last
heartbeat of any server.
"""


class DatabaseTime:
    """The latest time that this server has read. If the database's clock is set back, time stands still until then."""

    def __init__(self) -> None:
        self._latest: Instant = 0
        self._lock = Lock()

    def read(self, on: Runner) -> Instant:
        now = NOW.first(on)
        assert now is not None
        return self.not_before(now)

    def not_before(self, now: Instant) -> Instant:
        """Return the time that the database tells, or the latest one."""
        with self._lock:
            self._latest = max(self._latest, now)
            return self._latest
