"""A team on one server, which is killed and started again on the same file."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.acceptance.kills.team import Team
from tests.support.processes import COMMAND, DEADLINE, ROOT, Served, environment, served

VMS_OF_CLIENTS = ((1, 2), (3, 4))
"""The VMs of each client of an account."""

LONGEST_LIFE = 2.0
LONGEST_START = 1.5


def killed_start(db: str, seconds: float) -> None:
    """Start a server and kill it after this many seconds, whether it is ready or not."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--db", db],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment(),
    )  # fmt: skip
    time.sleep(seconds)
    process.kill()
    process.wait(DEADLINE)


class KilledTeam(Team):
    """Works, is interrupted by a kill, settles uncertain calls, works on."""

    def __init__(self, db: str, seed: int) -> None:
        super().__init__(seed, VMS_OF_CLIENTS)
        self._db = db
        self.kills = self.killed_starts = 0

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """Serve, sometimes after a start that was killed."""
        if self.kills and self.chance.random() < 0.25:
            killed_start(self._db, self.chance.uniform(0, LONGEST_START))
            self.killed_starts += 1
        with served("--db", self._db, "--log-level", "warning") as server:
            yield server

    def work_until_killed(self, server: Served) -> None:
        seconds = self.chance.uniform(0, LONGEST_LIFE)
        with self.working(server.url):
            time.sleep(seconds)
            _, _, stderr = server.stop(signal.SIGKILL)
        assert "Traceback" not in stderr, stderr
        self.kills += 1

    def report(self) -> str:
        killed = f"{self.kills} kills under load, {self.killed_starts} more during a start; nothing was lost"
        return f"{killed}\n{super().report()}"
