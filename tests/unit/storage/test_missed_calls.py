"""Calls that a SQLite file could not take are known to be missing as soon as something is written again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.harness import Emulator, running

SHOWS, UNAUTHENTICATED = 5, 3


@contextmanager
def serving(file: Path) -> Iterator[Emulator]:
    with running(db=str(file)) as server, httpx.Client(base_url=server.url) as http:
        yield Emulator(server, http)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "worlds.db"


def miss(emulator: Emulator, file: Path) -> None:
    """Make calls that are answered but cannot be written. The file can be written again at the end."""
    emulator.call("eq", "list")
    emulator.call("eq", "list", token="x")
    file.chmod(0o444)
    for _ in range(SHOWS):
        assert emulator.eq("show")["result"] == "OK"
    assert emulator.call("eq", "shwo")["reason"] == "unknown_action"
    for _ in range(UNAUTHENTICATED):
        emulator.call("eq", "list", token="x")
    assert_missed(emulator)
    file.chmod(0o644)


def assert_missed(emulator: Emulator) -> None:
    """Assert that the calls which could not be written are known to be missing."""
    journal = emulator.control("GET", "/requests?action=show")
    assert (journal["requests"], journal["gone"]) == ([], SHOWS + 1)
    assert emulator.control("GET", "/report")["gone"] == SHOWS + 1
    for action in ("show", "shwo"):
        assert emulator.control("GET", f"/requests?action={action}")["gone"] == SHOWS + 1
    refused = emulator.control("POST", "/requests/verify", {"action": "show", "count": 0}, 409)
    assert refused["error"]["reason"] == "journal_incomplete"
    unauthenticated = emulator.http.get("/_emulator/requests").json()
    assert (len(unauthenticated["requests"]), unauthenticated["gone"]) == (1, UNAUTHENTICATED)
    assert unauthenticated["last_id"] == UNAUTHENTICATED + 1


def health(emulator: Emulator) -> None:
    assert emulator.http.get("/_emulator/health").status_code == 200


def put_state(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", emulator.export())


@pytest.mark.parametrize("write", [health, Emulator.reset, put_state])
def test_missed_calls_are_known_after_a_kill_once_anything_was_written(
    tmp_path: Path, file: Path, write: Callable[[Emulator], object]
) -> None:
    killed = tmp_path / "killed"
    killed.mkdir()
    with serving(file) as emulator:
        miss(emulator, file)
        write(emulator)
        for part in (file, Path(f"{file}-wal")):
            shutil.copy(part, killed)
        last = emulator.last_request
    with serving(killed / file.name) as emulator:
        assert_missed(emulator)
        assert emulator.last_request == last


def test_changes_that_were_refused_for_the_database_are_known_to_be_missing(file: Path) -> None:
    with serving(file) as emulator:
        mark = emulator.call("eq", "list") and emulator.last_request
        file.chmod(0o444)
        for _ in range(3):
            assert emulator.call_vm("create_snapshot", name="a")["reason"] == "unavailable"
        file.chmod(0o644)
        for _ in range(2):
            assert emulator.control("GET", f"/requests?action=create_snapshot&since_id={mark}")["gone"] == 3
            wanted = {"action": "create_snapshot", "count": 0}
            refused = emulator.control("POST", "/requests/verify", wanted, 409)
            assert refused["error"]["reason"] == "journal_incomplete"
            health(emulator)
        assert emulator.call_vm("create_snapshot", name="a")["result"] == "OK"


def test_missed_calls_are_known_after_an_orderly_stop(file: Path) -> None:
    with serving(file) as emulator:
        miss(emulator, file)
    with serving(file) as emulator:
        assert_missed(emulator)


def test_a_mark_after_the_missed_calls_makes_the_journal_complete(file: Path) -> None:
    with serving(file) as emulator:
        miss(emulator, file)
        mark = emulator.last_request
        assert emulator.verify(action="show", since_id=mark, count=0) == 0
        emulator.eq("show")
        assert emulator.verify(action="show", since_id=mark, count=1) == 1
    with serving(file) as emulator:
        assert emulator.verify(action="show", since_id=mark, count=1) == 1
        refused = emulator.control(
            "POST", "/requests/verify", {"action": "show", "since_id": mark - 1, "count": 1}, 409
        )
        assert refused["error"]["message"].startswith("1 calls that are no longer kept may match")
        assert refused["error"]["message"].endswith(f"at least {mark}")


def test_a_cleared_journal_misses_nothing(file: Path) -> None:
    with serving(file) as emulator:
        miss(emulator, file)
        emulator.clear_requests()
        assert emulator.verify(action="show", count=0) == 0
    with serving(file) as emulator:
        assert emulator.verify(action="show", count=0) == 0
        assert emulator.control("GET", "/requests")["gone"] == 0


def test_the_mark_of_missed_calls_does_not_count_as_a_call_once_it_is_cleaned_up(file: Path) -> None:
    with serving(file) as emulator:
        miss(emulator, file)
        health(emulator)
        for _ in range(1_200):
            emulator.call("auth", "info")
        assert emulator.control("GET", "/requests?action=show")["gone"] == SHOWS + 1
        assert emulator.control("GET", "/requests?action=info")["gone"] == 200 + SHOWS + 1
