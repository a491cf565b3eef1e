"""A large answer that is made until a test says so, while other requests wait for their turn."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from invapi_emulator.control import state
from invapi_emulator.storage.world_size import FEW
from invapi_emulator.worlds.steps import Steps
from tests.support.harness import Emulator, Running
from tests.support.processes import DEADLINE
from tests.support.raw_connection import connected

STATE = "/_emulator/accounts/demo/state"
ASK = f"GET {STATE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Making:
    """What is written in place of exports. It counts those under way, and waits until it may end."""

    def __init__(self) -> None:
        self.now = self.most = self.begun = self.stopped = 0
        self.may_end = threading.Event()
        self.changed = threading.Condition()
        self.text = b"{}"

    def __call__(self, *_: object) -> Steps[bytes]:
        with self.changed:
            self.now, self.begun = self.now + 1, self.begun + 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
        try:
            yield
            while not self.may_end.is_set():
                yield
            return self.text
        finally:
            with self.changed:
                self.now -= 1
                self.stopped += not self.may_end.is_set()
                self.changed.notify_all()

    def wait(self, *, now: int, begun: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: (self.now, self.begun) == (now, begun), DEADLINE), vars(self)


@contextmanager
def large_answers_in_place(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    """Make the account demo large, and put a Making in place of its exports."""
    world = {"vms": [{"id": number} for number in range(1, FEW + 2)]}
    assert emulator.http.put(STATE, content=json.dumps(world)).status_code == 200
    made = Making()
    monkeypatch.setattr(state, "writing_world", made)
    yield made
    made.may_end.set()


def asking(server: Running) -> socket.socket:
    connection = connected(server.url)
    connection.sendall(ASK)
    return connection


def settled(emulator: Emulator) -> None:
    """Return when the server has read what came in before."""
    for _ in range(100):
        assert emulator.http.get("/_emulator/health").status_code == 200
