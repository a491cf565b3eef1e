"""Notifications between servers that share a PostgreSQL database, by NOTIFY and LISTEN.

A thread with its own connection sends them after the commit, because transactions that notify commit one
after the other. If a server or its connection is lost, so are its notifications; others find out a few
seconds later.
"""

import itertools
import logging
import threading
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, text

from invapi_emulator.storage.backends.membership import own_connection
from invapi_emulator.storage.errors import DATABASE_LOST
from invapi_emulator.storage.notifications import Notifications

_log = logging.getLogger(__name__)

CHANNEL = "invapi_emulator"
GATHER_SECONDS = 0.02
"""How long notifications are gathered before they are sent together."""

_TURNS_BETWEEN_PROOFS = 250
"""Number of times that notifications are gathered until the connection is tried: about five seconds."""

BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1, 2, 5)
_DUE = "!"
_MOST_CHARACTERS = 7_000
"""PostgreSQL takes less than 8,000 bytes in one notification."""


class SharedNotifications(Notifications):
    """Notifications sent to other servers and received from them. The thread lives until `close`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._pending: set[str] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
        self._thread.start()

    def happened(self, account_ids: Iterable[int]) -> None:
        ids = tuple(account_ids)
        super().happened(ids)
        self._tell(str(account_id) for account_id in ids)

    def due_earlier(self, account_id: int) -> None:
        super().due_earlier(account_id)
        self._tell([f"{account_id}{_DUE}"])

    def close(self) -> None:
        super().close()
        self._closed.set()
        self._thread.join()

    def _tell(self, words: Iterable[str]) -> None:
        with self._lock:
            self._pending.update(words)

    def _run(self) -> None:
        """Send and receive until closed. Reconnect after a loss, with ever longer pauses."""
        lost = 0
        while not self._closed.is_set():
            try:
                with own_connection(self._engine) as connection:
                    self._exchange(connection)
            except Exception as problem:  # noqa: BLE001 - without the thread nothing would be heard of other servers
                if not isinstance(problem, DATABASE_LOST):
                    _log.exception("the notifications go on after a mistake of their own")
                self._closed.wait(BACKOFF_SECONDS[min(lost, len(BACKOFF_SECONDS) - 1)])
                lost += 1
            else:
                lost = 0

    def _exchange(self, connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        connection.execute(text(f"LISTEN {CHANNEL}"))
        try:
            for turn in itertools.count(1):
                if self._closed.is_set():
                    break
                for notice in driver.notifies(timeout=GATHER_SECONDS):
                    if notice.pid != driver.info.backend_pid:
                        self._heard(notice.payload)
                self._send(connection)
                if turn % _TURNS_BETWEEN_PROOFS == 0:
                    connection.execute(text("SELECT 1"))  # raises on a connection that hangs
            self._send(connection)
        except connection.dialect.loaded_dbapi.Error as problem:
            connection.invalidate(problem)  # SQLAlchemy does not see what the driver is asked

    def _send(self, connection: Connection) -> None:
        with self._lock:
            words, self._pending = sorted(self._pending), set()
        while words:
            size, count = 0, 0
            while count < len(words) and size + len(words[count]) < _MOST_CHARACTERS:
                size, count = size + len(words[count]) + 1, count + 1
            told = {"channel": CHANNEL, "news": " ".join(words[:count])}
            connection.execute(text("SELECT pg_notify(:channel, :news)"), told)
            words = words[count:]

    def _heard(self, news: str) -> None:
        for word in news.split():
            account_id = word.removesuffix(_DUE)
            if account_id.isdecimal():  # anyone with access to the database may send anything here
                self.hear(int(account_id), due=word.endswith(_DUE))
