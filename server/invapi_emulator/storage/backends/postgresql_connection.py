"""Connections to PostgreSQL: how long they wait for it, and the settings of their sessions.

Nothing here depends on the operating system to notice a lost server: a stopped one, or a proxy that forwards nothing,
still acknowledges what it is sent.
"""

import math
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from sqlalchemy import Engine, event

from invapi_emulator.storage.errors import of_a_changed_database

R = TypeVar("R")

TICK_SECONDS = 0.1
"""The interval after which psycopg resumes what waits for the server, even if nothing came."""

_KEEPALIVE = {"idle": 10, "interval": 5, "count": 3}
"""For TCP, on both sides: a peer that has vanished is given up after half a minute without news."""

_WITH_TRANSACTION_TIMEOUT = 170_000
"""PostgreSQL's version with a setting that the older ones refuse."""


class PatientConnection(Connection[Any]):
    """A connection that is closed if the server is silent for more than `patience` seconds.

    What waits for it then raises OperationalError. The server rolls back what is not committed once it sees the end of
    the connection, or after the timeouts of the session.
    """

    patience: float = math.inf

    def wait(self, gen: Generator[Any, Any, R], *limits: Any, **named_limits: Any) -> R:
        """Wait until a generator of psycopg has ended. One with limits of its own waits for notifications."""
        if limits or named_limits:
            return super().wait(gen, *limits, **named_limits)
        return super().wait(self._patiently(gen))

    def _patiently(self, gen: Generator[Any, Any, R]) -> Generator[Any, Any, R]:
        """Resume a generator of psycopg, which gets 0 at each tick without news from the server."""
        ticks = 0
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                ticks = 0 if ready else ticks + 1
                if ticks * TICK_SECONDS >= self.patience:
                    self.close()
                    raise OperationalError(f"the database has been silent for {self.patience:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: R = end.value
            return result


def connect_patiently(engine: Engine, patience: float) -> None:
    """Let an engine make such connections, with the settings that the emulator depends on.

    What the URL sets overrides these choices, except for the encoding.
    """
    choices = _choices(patience)

    def connect(_dialect: Any, _record: Any, words: list[Any], given: dict[str, Any]) -> PatientConnection:
        connection = PatientConnection.connect(*words, **{**choices, **given, "client_encoding": "utf8"})
        connection.patience = patience
        try:
            connection.autocommit = True
            _configure(connection, _session_settings(patience, connection.info.server_version))
            connection.autocommit = False
        except BaseException:
            connection.close()
            raise
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "handle_error", _told, retval=True)


def _told(context: Any) -> Exception | None:
    problem = of_a_changed_database(context.original_exception)
    if problem is not None:
        context.is_disconnect = True
    return problem


def _choices(patience: float) -> dict[str, Any]:
    return {
        "connect_timeout": max(2, math.ceil(patience / 2)),  # psycopg takes no less
        "keepalives": 1,
        **{f"keepalives_{name}": value for name, value in _KEEPALIVE.items()},
        "tcp_user_timeout": round(patience * 1000),
    }


def _session_settings(patience: float, version: int) -> dict[str, str]:
    """Return what a role or database may have set otherwise. A statement ends in the server before our patience does."""
    settings = {
        "lock_timeout": round(patience * 800),
        "statement_timeout": round(patience * 900),
        "idle_in_transaction_session_timeout": round(patience * 3000),
        "idle_session_timeout": 0,
        "default_transaction_isolation": "read committed",
        "default_transaction_deferrable": "off",
        "standard_conforming_strings": "on",
        "extra_float_digits": 1,
        **{f"tcp_keepalives_{name}": value for name, value in _KEEPALIVE.items()},
    }
    if version >= _WITH_TRANSACTION_TIMEOUT:
        settings["transaction_timeout"] = 0
    return {name: str(value) for name, value in settings.items()}


def _configure(connection: PatientConnection, settings: dict[str, str]) -> None:
    """Apply settings in one round trip."""
    each = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    words = [word for setting in settings.items() for word in setting]
    connection.execute(f"SELECT {each}", words, prepare=False)
