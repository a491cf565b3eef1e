"""The servers of a run. Each starts at its first use, and lives until the end."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from benchmarks import servers
from benchmarks.servers import Server
from tests.support.postgres_server import running_postgres


class Stand:
    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder

    def enter(self, server: AbstractContextManager[Server]) -> Server:
        """Return another server, which also lives until the end."""
        return self._stack.enter_context(server)

    @cached_property
    def floor(self) -> Server:
        return self.enter(servers.floor())

    @cached_property
    def bare(self) -> Server:
        return self.enter(servers.bare())

    @cached_property
    def in_memory(self) -> Server:
        return self.enter(servers.emulator())

    @cached_property
    def on_file(self) -> Server:
        """Return an emulator with its worlds in a SQLite file, with a write-ahead log."""
        return self.enter(servers.emulator("--db", str(self._folder / "worlds.db")))

    @cached_property
    def on_postgres(self) -> Server:
        postgres = self._stack.enter_context(running_postgres())
        return self.enter(servers.emulator("--db", postgres.url("bench")))

    @cached_property
    def logging(self) -> Server:
        """Return an emulator with its default log, one line for each call, in a file."""
        log = str(self._folder / "log")
        return self.enter(servers.emulator("--log-level", "info", log=log))

    @cached_property
    def crowded(self) -> Server:
        """Return an emulator of its own, to be filled."""
        return self.enter(servers.emulator())

    @cached_property
    def lonely(self) -> Server:
        return self.enter(servers.emulator())

    @cached_property
    def unobserved(self) -> Server:
        return self.enter(servers.emulator(command=servers.UNOBSERVED))


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    with ExitStack() as stack:
        yield Stand(stack, folder)
