"""Callbacks of real processes: a kill loses none, none goes to the server itself, and a worker alone sends them too.

Here they are written into a database before a server opens it. An order does it through the API.
"""

import signal
import sqlite3
import subprocess
import threading
from pathlib import Path
from socket import socket

import pytest

from invapi_emulator.clock import real_time
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage import callbacks
from tests.support.calls import DEMO
from tests.support.postgres_server import Postgres
from tests.support.processes import COMMAND, ROOT, environment, free_port, served, wait_until, whole
from tests.support.receiver import OK, receiving

pytestmark = pytest.mark.acceptance


def owe(db: str, url: str) -> None:
    database = open_worlds(read_settings({"db": db}), real_time())
    database.run_now(DEMO, lambda unit: callbacks.add(unit, url, 12345, 7, "deploy_done"))
    database.close()


def end_lease(db: str) -> None:
    """Let half a minute pass for the callback that a killed server had claimed."""
    with sqlite3.connect(db) as file:
        claimed = "UPDATE callback SET leased_until = leased_until - 30000000 WHERE leased_until > 0"
        assert file.execute(claimed).rowcount == 1
    file.close()


def test_what_a_server_was_sending_when_it_was_killed_is_sent_again(tmp_path: Path) -> None:
    db, killed = str(tmp_path / "worlds.db"), threading.Event()

    def after_the_kill(connection: socket) -> None:
        killed.wait(60)
        connection.sendall(OK)

    with receiving(after_the_kill, OK) as receiver:
        owe(db, receiver.url())
        with served("--db", db) as server:
            first = receiver.next()
            server.stop(signal.SIGKILL)
        killed.set()
        end_lease(db)
        with served("--db", db) as server:
            assert receiver.next().form == first.form
            wait_until(lambda: "sent, try 2" in whole(server.log))


def test_a_server_that_is_stopped_while_it_sends_does_not_wait_for_the_receiver(tmp_path: Path) -> None:
    db, stopped = str(tmp_path / "worlds.db"), threading.Event()
    with receiving(lambda _connection: stopped.wait(60)) as receiver:
        owe(db, receiver.url())
        with served("--db", db) as server:
            receiver.next()
            status, stdout, log = server.stop(signal.SIGTERM)
        stopped.set()
    assert (status, stdout) == (0, "")
    assert "Traceback" not in log


def test_a_server_does_not_call_itself(tmp_path: Path) -> None:
    db, port = str(tmp_path / "worlds.db"), free_port()
    owe(db, f"http://localhost:{port}/_emulator/purge")
    with served("--db", db, "--port", str(port)) as server:
        wait_until(lambda: f"failed: port {port} is one of the emulator's own" in whole(server.log))


def test_a_server_reaches_beyond_this_machine_only_to_hosts_that_are_named(tmp_path: Path) -> None:
    db = str(tmp_path / "worlds.db")
    with receiving() as receiver:
        owe(db, f"http://0.0.0.0:{receiver.port}/")
        with served("--db", db) as server:
            wait_until(lambda: "--callbacks-to does not name it" in whole(server.log))
        assert receiver.connections == 0
        with served("--db", db, "--callbacks-to", "0.0.0.0,hooks.test") as server:
            receiver.next()


def test_a_worker_alone_sends_what_servers_leave_to_it(postgres: Postgres) -> None:
    db = postgres.url("callbacks")
    with receiving() as receiver, served("--db", db, "--no-worker") as server:
        owe(db, receiver.url())
        command = [*COMMAND, "worker", "--db", db, "--callbacks-to", "hooks.test"]
        worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment())
        try:
            assert receiver.next().form["status"] == "deploy_done"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        finally:
            worker.kill()
            worker.communicate()
        assert "callback" not in whole(server.log)
