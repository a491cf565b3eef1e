"""Connections to PostgreSQL: how long they wait for it, and the settings of their sessions.

Nothing here depends on the operating system to notice a lost server: a stopped one, or a proxy that forwards nothing,
still acknowledges what it is sent.
"""

import math
import select
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, TypeVar

from psycopg import Connection, InternalError, OperationalError, Pipeline, generators
from psycopg.abc import PQGen
from psycopg.errors import PipelineAborted
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from invapi_emulator.storage.errors import of_a_changed_database

R = TypeVar("R")

TICK_SECONDS = 0.1
"""The interval after which psycopg resumes what waits for the server, even if nothing came."""

_KEEPALIVE = {"idle": 10, "interval": 5, "count": 3}
"""For TCP, on both sides: a peer that has vanished is given up after half a minute without news."""

_WITH_TRANSACTION_TIMEOUT = 170_000
"""PostgreSQL's version with a setting that the older ones refuse."""


class DatabaseSilent(OperationalError):
    """The server has been silent for longer than a connection is patient."""


class _Synced(Pipeline):
    """A pipeline whose last message is Sync.

    Psycopg sends Flush behind it, on which PostgreSQL ends the time of an idle transaction (`PostgresMain`): a
    lost connection would keep its locks until TCP gives it up, or for ever behind a proxy that stays.

    PostgreSQL skips the statements behind one that fails. Psycopg would log a warning of those that the block sent
    before it learnt of the failure, or raise that they were skipped instead of why.
    """

    _has_failed = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_failed = error is not None
        super().__exit__(kind, error, trace)

    def _exit_gen(self) -> PQGen[None]:
        try:
            yield from self._synced_gen()
        except PipelineAborted:
            if not self._has_failed:
                raise

    def _synced_gen(self) -> PQGen[None]:
        try:
            self._enqueue_sync()
            yield from self._communicate_gen()
            yield from generators.send(self.pgconn)  # the rest of what does not fit into the socket's buffer
        except Exception:
            with suppress(PipelineAborted):
                yield from self._fetch_gen(flush=True)
            raise
        yield from self._fetch_gen(flush=False)


class PatientConnection(Connection[Any]):
    """A connection that is closed if the server is silent for more than `patience` seconds.

    What waits for it then raises DatabaseSilent. The server rolls back what is not committed once it sees the end of
    the connection, or after the timeouts of the session.
    """

    patience: float = math.inf

    def __del__(self, *_: Any) -> None:
        """Close a connection that was lent when its pool was given up. psycopg itself would warn of it."""
        if not self.closed:
            self.close()

    @contextmanager
    def pipeline(self) -> Iterator[Pipeline]:
        """Send statements without waiting for their answers."""
        if self._pipeline is None:
            self._pipeline = _Synced(self)
        with super().pipeline() as pipeline:
            yield pipeline

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
                    raise DatabaseSilent(f"the database has been silent for {self.patience:g} s")
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
        return _opened(words, {**choices, **given, "client_encoding": "utf8"}, patience)

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", _refuse_ended)
    event.listen(engine, "handle_error", _told, retval=True)


def _opened(words: list[Any], how: dict[str, Any], patience: float) -> PatientConnection:
    """Open a connection and apply the settings of its session.

    The timeouts of a role may be too short even for that. A second connection begins with ours: only then, because
    poolers refuse options.
    """
    first = PatientConnection.connect(*words, **how)
    with _closing_on_failure(first):
        settings = _session_settings(patience, first.info.server_version)
        options = _with_timeouts(first.info.get_parameters().get("options", ""), settings)
    try:
        return _configured(first, patience, settings)
    except DatabaseSilent:
        raise
    except (OperationalError, InternalError):
        second = PatientConnection.connect(*words, **{**how, "options": options})
        return _configured(second, patience, settings)


@contextmanager
def _closing_on_failure(connection: PatientConnection) -> Iterator[None]:
    """Close a connection if the block fails: nobody else has it yet."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _with_timeouts(options: str, settings: dict[str, str]) -> str:
    timeouts = [f"-c {name}={value}" for name, value in settings.items() if name.endswith("_timeout")]
    return " ".join([options, *timeouts])


def _refuse_ended(connection: PatientConnection, record: Any, _fairy: Any) -> None:
    """Let the pool replace a connection that the server, or a pooler, has ended while nobody used it."""
    was_used = "was_used" in record.info
    record.info["was_used"] = True  # the pool forgets it with the connection, and takes a new one as it is
    if was_used and (connection.closed or _says_something(connection)):
        raise DisconnectionError("the server has ended it")


def _says_something(connection: PatientConnection) -> bool:
    """Tell whether something has come from the server that nobody asked for. An end does, too."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


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


def _configured(
    connection: PatientConnection, patience: float, settings: dict[str, str]
) -> PatientConnection:
    """Apply settings in one round trip. A connection to which that fails is closed."""
    each = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    words = [word for setting in settings.items() for word in setting]
    connection.patience = patience
    with _closing_on_failure(connection):
        connection.autocommit = True
        connection.execute(f"SELECT {each}", words, prepare=False)
        connection.autocommit = False
    return connection
