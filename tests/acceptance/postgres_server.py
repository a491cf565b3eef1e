"""A PostgreSQL server of the tests' own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "postgres"


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket in its own folder only."""

    binaries: Path
    folder: Path

    def url(self, database: str) -> str:
        """Return the URL of a database, made new."""
        self.run(self.binaries / "createdb", "-h", self.folder, "-U", USER, database)
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def locks(self, database: str) -> int:
        """Return how many advisory locks are held in a database."""
        question = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        question += f"(SELECT oid FROM pg_database WHERE datname = '{database}')"
        words = [str(self.binaries / "psql"), "-h", str(self.folder), "-U", USER, "-tAc", question, database]
        return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        log = self.folder / "log"
        self.run(
            self.binaries / "pg_ctl", "-D", self.folder / "data", "-o", options, "-l", log, "-w", "start"
        )

    def stop(self) -> None:
        self.run(self.binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it answer nothing, and end no connection, until the block is left."""
        main = int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="utf-8").split()
        processes = [main, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def run(self, *command: str | Path) -> None:
        """Run one of PostgreSQL's programs; it refuses root, so root runs it as Debian's user for it."""
        words = [str(word) for word in command]
        as_user = ["runuser", "-u", USER, "--", *words] if os.getuid() == 0 else words
        subprocess.run(as_user, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.fail("the acceptance tests need PostgreSQL's server programs: apt-get install postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server until the block is left."""
    # Not in pytest's folder: a socket's path may have 107 characters, and the user postgres must reach it.
    folder = Path(f"/tmp/invapi-emulator-postgres-{os.getpid()}")
    folder.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(folder, USER)
    server = Postgres(_binaries(), folder)
    try:
        server.run(server.binaries / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "--no-sync")
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)
