"""Workers on one server, which is killed and started again on the same database."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from tests.support.processes import CHECKED, COMMAND, DEADLINE, ROOT, Served, environment, served

LONGEST_LIFE = 2.0
LONGEST_START = 1.5


def killed_start(db: str, seconds: float) -> None:
    """Start a server and kill it after this many seconds, whether it is ready or not."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--db", db],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment(**CHECKED),
    )  # fmt: skip
    time.sleep(seconds)
    process.kill()
    process.wait(DEADLINE)


class Workers(Protocol):
    """Those who work on a server, find out after a kill what became of their calls, and tell what they did."""

    chance: random.Random

    def make_worlds(self, url: str) -> None: ...
    def working(self, url: str) -> AbstractContextManager[None]: ...
    def settle(self, url: str) -> None: ...
    def finish(self, url: str) -> None: ...
    def report(self) -> str: ...


class Killed:
    """Workers who are interrupted by a kill, settle uncertain calls, and work on."""

    def __init__(self, db: str, workers: Workers) -> None:
        self._db = db
        self._workers = workers
        self.chance = workers.chance
        self.kills = self.killed_starts = 0

    def run(self, kills: int) -> None:
        """Let them work on a new database while the server is killed this many times."""
        with self.serving() as server:
            self._workers.make_worlds(server.url)
            self.work_until_killed(server)
        while self.kills < kills:
            with self.serving() as server:
                self._workers.settle(server.url)
                self.work_until_killed(server)
        with self.serving() as server:
            self._workers.settle(server.url)
            self._workers.finish(server.url)

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """Serve, sometimes after a start that was killed."""
        if self.kills and self.chance.random() < 0.25:
            killed_start(self._db, self.chance.uniform(0, LONGEST_START))
            self.killed_starts += 1
        with served("--db", self._db, "--log-level", "warning", variables=CHECKED) as server:
            yield server

    def work_until_killed(self, server: Served) -> None:
        seconds = self.chance.uniform(0, LONGEST_LIFE)
        with self._workers.working(server.url):
            time.sleep(seconds)
            _, _, stderr = server.stop(signal.SIGKILL)
        assert "Traceback" not in stderr, stderr
        self.kills += 1

    def report(self) -> str:
        killed = f"{self.kills} kills under load, {self.killed_starts} more during a start; nothing was lost"
        return f"{killed}\n{self._workers.report()}"
