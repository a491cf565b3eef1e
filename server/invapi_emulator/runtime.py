"""The runtime of an application: its database, its worker and its lifecycle."""

import asyncio
import logging
from contextlib import suppress
from threading import Lock
from typing import Any

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.callbacks.deliveries import deliveries_from
from invapi_emulator.engine.worker import Worker
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.metrics import Metrics
from invapi_emulator.process.request_ids import RequestIds
from invapi_emulator.settings import Settings
from invapi_emulator.startup import BUILT_IN, open_worlds
from invapi_emulator.storage import heartbeat
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import DATABASE_LOST, why_lost
from invapi_emulator.worlds.named import Scenarios

_log = logging.getLogger(__name__)


class Runtime:
    """The parts of a server that live as long as it does.

    `start` opens the worlds, unless `open` did, and starts the workers. `stop` ends both, and `reopen` allows a
    further start. `own_ports` are the ports that this process is known to listen on.
    """

    def __init__(self, settings: Settings, real_time: RealTime, scenarios: Scenarios = BUILT_IN) -> None:
        self.settings = settings
        self.real_time = real_time
        self.scenarios = scenarios
        self.lifecycle = Lifecycle()
        self.ids = RequestIds(real_time(), settings.admin_token, settings.read_token)
        self.own_ports: set[int] = set()
        self._database: Database | None = None
        self._metrics: Metrics | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = Lock()
        self._is_closed = False
        self._working: list[asyncio.Task[Any]] = []
        self._worker: Worker | None = None

    @property
    def database(self) -> Database:
        assert self._database is not None, "the worlds are not open"
        return self._database

    @property
    def metrics(self) -> Metrics:
        assert self._metrics is not None, "the worlds are not open"
        return self._metrics

    def open(self) -> Database:
        """Open the worlds; raise CannotStart with one line that names the cause."""
        if self._database is None:
            self._database = open_worlds(self.settings, self.real_time, self.scenarios)
            self._metrics = Metrics(self._database.times)
        return self._database

    @property
    def started(self) -> bool:
        """Whether it runs on the present event loop."""
        return self._loop is asyncio.get_running_loop()

    def start(self) -> None:
        """Open the worlds and start the workers on the present event loop, once for each loop.

        Raise RuntimeError while it runs on another loop. Of two loops that start it at once, one waits, and raises it.
        """
        with self._starting:
            if self.started or self.lifecycle.state == "stopping":
                return
            self._require_own_loop()
            database = self.open()
            self._loop = asyncio.get_running_loop()
        self._cancel_workers()  # of a loop that somebody may run again
        self._work(database)
        self.lifecycle.state = "ready"

    def _require_own_loop(self) -> None:
        if self._loop is not None and not self.started and self._loop.is_running():
            raise RuntimeError(
                "this application runs in another event loop; make an application for each, or serve one and send requests"
            )

    def _work(self, database: Database) -> None:
        self._worker = worker = Worker(
            database, self.settings.account_ttl * SECOND, settles=not self.settings.no_worker
        )
        worker.listen(database.notifications)
        self._working = [asyncio.create_task(worker.run(), name="worker")]
        if not self.settings.no_worker:
            to, counted = self.settings.callbacks_to, self.metrics.callbacks
            deliveries = deliveries_from(database, to, self.own_ports, counted)
            self.run_beside(asyncio.create_task(deliveries.run(), name="callbacks"))

    def worker_problem(self) -> str | None:
        """Return why the worker cannot write its heartbeat. It tries again at once."""
        why = None if self._worker is None else self._worker.problem
        if self._worker is not None and why is not None:
            self._worker.wake()
        return why

    def run_beside(self, task: "asyncio.Task[Any]") -> None:
        """Run a task until the stop."""
        self._working.append(task)

    async def stop(self) -> None:
        """Stop the workers and close the worlds. Further calls do nothing. Raise RuntimeError while it runs on another loop."""
        self._require_own_loop()
        self.lifecycle.state = "stopping"
        for task in self._cancel_workers():
            with suppress(asyncio.CancelledError):
                await task
        self._loop, self._worker = None, None
        database, self._database = self._database, None
        if database is not None:
            _record_end(database)
            database.close()
        self._is_closed = True

    def reopen(self) -> None:
        """Allow a start after a stop. A server that is asked to end before it has started does not start."""
        if self._is_closed:
            self._is_closed, self.lifecycle.state = False, "starting"

    def _cancel_workers(self) -> "list[asyncio.Task[Any]]":
        """Cancel what works in the background. Return what of it the present loop can wait for."""
        working, self._working = self._working, []
        for task in working:
            if not task.get_loop().is_closed():
                task.cancel()
        return [task for task in working if task.get_loop() is asyncio.get_running_loop()]


def _record_end(database: Database) -> None:
    if not database.durable:
        return
    try:
        with database.transaction() as tx:
            heartbeat.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST as problem:
        _log.error("the clocks will resume from a second before the stop: the emulator %s", why_lost(problem))
