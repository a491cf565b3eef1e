"""Three servers on one PostgreSQL database. Each has its own port, and keeps it after a restart."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.servers.balancer import Balancer, balancing
from tests.support.postgres_server import Postgres
from tests.support.processes import CHECKED, Served, free_port, served, wait_until
from tests.support.wire import Wire

SERVERS = 3


class Cluster:
    """The servers, the balancer in front of them and the database behind them."""

    balancer: Balancer

    def __init__(self, postgres: Postgres, database: str, flags: tuple[str, ...]) -> None:
        self.postgres = postgres
        self._database = database
        self._flags = ("--db", postgres.url(database), "--log-level", "warning", *flags)
        self.ports = [free_port() for _ in range(SERVERS)]
        self._running: dict[int, tuple[Served, ExitStack]] = {}

    @property
    def urls(self) -> list[str]:
        """Return the direct address of each server."""
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def start(self, number: int) -> None:
        stack = ExitStack()
        server = stack.enter_context(
            served("--port", str(self.ports[number]), *self._flags, variables=CHECKED)
        )
        self._running[number] = (server, stack)

    def kill(self, number: int) -> None:
        server, stack = self._running.pop(number)
        with stack:
            _, _, stderr = server.stop(signal.SIGKILL)
        assert "Traceback" not in stderr, stderr

    def stop(self) -> None:
        """Ask all servers to end. Each must end without an error in its log."""
        for server, stack in self._running.values():
            with stack:
                status, _, stderr = server.stop(signal.SIGTERM)
            assert (status, "Traceback" in stderr) == (0, False), stderr
        self._running.clear()

    def kill_all(self) -> None:
        for _, stack in self._running.values():
            stack.close()

    def wait_until_healthy(self) -> None:
        wait_until(lambda: all(_is_healthy(url) for url in self.urls))

    def wait_until_quiet(self) -> None:
        """Wait until every open transaction has ended: a dead server's last COMMIT may still be executed."""
        under_way = self._transactions()
        wait_until(lambda: not under_way & self._transactions())

    def _transactions(self) -> set[tuple[Any, ...]]:
        question = "SELECT pid, xact_start FROM pg_stat_activity WHERE xact_start IS NOT NULL"
        question += " AND pid <> pg_backend_pid() AND datname = %s"
        return set(self.postgres.ask(question, self._database))


@contextmanager
def three_servers(postgres: Postgres, database: str, folder: Path, *flags: str) -> Iterator[Cluster]:
    """Run three servers behind a load balancer until the block ends."""
    cluster = Cluster(postgres, database, flags)
    try:
        for number in range(SERVERS):
            cluster.start(number)
        with balancing(folder, cluster.ports) as cluster.balancer:
            yield cluster
        cluster.stop()
    finally:
        cluster.kill_all()


def _is_healthy(url: str) -> bool:
    with Wire(url) as wire:
        return wire.control("GET", "/health").status == 200
