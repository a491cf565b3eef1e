"""`requests --follow` as a process: it shows each call, or says that it does not."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from tests.support.processes import COMMAND, DEADLINE, Served, environment, served

pytestmark = pytest.mark.acceptance


class Following:
    """A process that follows. `out` and `err` are its pipes."""

    def __init__(self, server: Served, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.out: IO[str] = self.process.stdout
        self.err: IO[str] = self.process.stderr

    @contextmanager
    def asleep(self) -> Iterator[None]:
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)

    def ended(self) -> tuple[int, str, str]:
        """Return its status, and the rest of what it said, once it has ended."""
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, out, err


@contextmanager
def following(server: Served, *options: str) -> Iterator[Following]:
    follower = Following(server, *options)
    try:
        yield follower
    finally:
        follower.process.kill()
        follower.process.communicate()


def test_requests_follows_the_calls_until_ctrl_c() -> None:
    with served("--clock", "frozen", "--seed", "7") as server, server.emulator() as emulator:
        emulator.call_vm("get_snapshot", 99999)
        with following(server, "--result", "refused") as follower:
            assert " vm/get_snapshot 99999 refused vm_not_found " in follower.out.readline()
            emulator.call("eq", "list")
            emulator.call("eq", "nonsense")
            assert " eq/nonsense refused unknown_action " in follower.out.readline()
            follower.process.send_signal(signal.SIGINT)
            assert follower.ended() == (130, "", "invapi-emulator: interrupted\n")


def test_requests_tells_of_calls_that_it_has_missed() -> None:
    with served() as server, server.emulator() as emulator:
        emulator.call("eq", "list")
        with following(server) as follower:
            follower.out.readline()
            with follower.asleep():
                for _ in range(1_005):
                    emulator.call("eq", "list")
            shown = [follower.out.readline() for _ in range(1_000)]
            told = follower.err.readline()
    assert shown[-1].startswith("#1006 ")
    assert told.startswith("number of calls in between that are no longer kept: ")


def test_requests_tells_of_calls_that_were_cleared_before_it_showed_them() -> None:
    with served() as server, server.emulator() as emulator:
        emulator.call("eq", "list")
        with following(server) as follower:
            follower.out.readline()
            with follower.asleep():
                for _ in range(3):
                    emulator.call("eq", "list")
                emulator.clear_requests()
                emulator.call("eq", "list")
            told, shown = follower.err.readline(), follower.out.readline()
    assert told == "calls that were cleared before they were shown: #2 to #4\n"
    assert shown.startswith("#5 ")


def test_requests_goes_on_with_an_account_that_is_created_again() -> None:
    account = {"name": "again", "token": "token-of-again"}
    with served() as server, server.emulator() as emulator:
        emulator.http.post("/_emulator/accounts", json=account).raise_for_status()
        for _ in range(3):
            emulator.call("eq", "list", token="token-of-again")
        with following(server, "--account", "again") as follower:
            shown = [follower.out.readline() for _ in range(3)]
            with follower.asleep():
                emulator.http.delete("/_emulator/accounts/again").raise_for_status()
                emulator.http.post("/_emulator/accounts", json=account).raise_for_status()
                emulator.call("eq", "nonsense", token="token-of-again")
            told, first = follower.err.readline(), follower.out.readline()
            emulator.http.delete("/_emulator/accounts/again").raise_for_status()
            status, out, err = follower.ended()
    assert shown[-1].startswith("#3 ")
    assert told.startswith("the journal begins again, as that of a new account ")
    assert (first[:3], "unknown_action" in first, out) == ("#1 ", True, "")
    assert (status, err.count("\n")) == (2, 1)
    assert "404 account_not_found" in err


def test_requests_ends_in_one_line_when_the_server_it_follows_stops() -> None:
    with served() as server, following(server) as follower:
        with server.emulator() as emulator:
            emulator.call("eq", "list")
        follower.out.readline()
        server.stop(signal.SIGTERM)
        status, out, err = follower.ended()
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
