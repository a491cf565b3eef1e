"""A full disk and a read-only file: only writing calls are refused, and the server recovers by itself."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator, Json
from tests.support.processes import Served, served, wait_until

pytestmark = pytest.mark.acceptance


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 4 MiB."""
    if os.getuid() != 0:
        pytest.fail("a small file system is mounted for this test, which only root may do")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.fixture
def failing_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on an ext4 file system that can be marked as failed."""
    image, disk = tmp_path / "image", tmp_path / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, disk], check=False).returncode != 0:
        pytest.skip("no loop device is available here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@contextmanager
def serving(file: Path) -> Iterator[tuple[Served, Emulator]]:
    with served("--db", str(file), "--clock", "frozen") as server, server.emulator() as emulator:
        yield server, emulator


def called(emulator: Emulator, module: str, action: str, **fields: object) -> httpx.Response:
    form = {"action": action, "token": TOKEN} | fields
    return emulator.http.post(f"/{module}.php", data=form)


def assert_only_writing_is_refused(emulator: Emulator, key: str, why: str) -> None:
    """Make every kind of call while the file cannot be written. `key` is of a task under way."""
    for module, action, fields in (
        ("vm", "get_snapshot", {"id": 12348}),
        ("vm", "create_snapshot", {"id": 12348, "name": "b"}),
        ("vm", "update_restore_settings", {"id": 12348, "enable_rotation": 0}),
        ("eq", "on", {"id": 12348}),
        ("auth", "login", {"key": "demo-api-key"}),
    ):
        refused = called(emulator, module, action, **fields)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1"), refused.text
        assert refused.headers["x-emulator-reason"] == "unavailable"
        message = refused.json()["message"]
        assert message.startswith("the emulator cannot write to its database: ")
        assert why in message
    for module, action, fields in (
        ("eq", "list", {}), ("eq", "update_servers", {}), ("eq", "show", {"id": 12345}),
        ("auth", "info", {}), ("vm", "get_engine", {}),
    ):  # fmt: skip
        assert called(emulator, module, action, **fields).status_code == 200
    assert emulator.check(key)["result"] == "Not ready"
    assert emulator.check("0" * 32)["reason"] == "key_not_found"
    assert emulator.call_vm("get_snapshot", 99999)["reason"] == "vm_not_found"
    assert emulator.call_vm("restore_snapshot", name="nonsense")["reason"] == "vm_locked"
    for path in ("", "/clock", "/vms", "/tasks", "/requests", "/state", "/faults"):
        emulator.control("GET", path)
    assert emulator.control("POST", "/reset", {}, status=503)["error"]["reason"] == "unavailable"
    health = emulator.http.get("/_emulator/health")
    assert (health.status_code, health.json()["status"]) == (503, "cannot write")
    assert why in health.json()["why"]


def ready(emulator: Emulator) -> bool:
    return emulator.http.get("/_emulator/health").status_code == 200


def world(emulator: Emulator) -> Json:
    return emulator.control("GET", "/state")


def test_on_a_full_disk_only_writing_calls_are_refused_and_it_recovers(small_disk: Path) -> None:
    file, ballast = small_disk / "worlds.db", small_disk / "ballast"
    with serving(file) as (_, emulator):
        key = emulator.start("vm", "create_snapshot", name="a")
        fill(ballast)
        wait_until(lambda: called(emulator, "vm", "load_stats", id=12347).status_code == 503)
        before = world(emulator)
        assert_only_writing_is_refused(emulator, key, "database or disk is full")
        assert world(emulator) == before
        ballast.unlink()
        wait_until(lambda: ready(emulator))
        assert world(emulator) == before
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"
        after = world(emulator)
    with serving(file) as (_, emulator):
        assert world(emulator) == after
        assert emulator.check(key)["reason"] == "key_spent"


def test_a_cut_index_on_a_full_disk_ends_no_server_and_it_recovers(small_disk: Path) -> None:
    file, ballast = small_disk / "worlds.db", small_disk / "ballast"
    with serving(file) as (_, emulator):
        key = emulator.start("vm", "create_snapshot", name="a")
        fill(ballast)
        os.truncate(f"{file}-shm", 0)
        fill(small_disk / "more")
        for action, fields in (("list", {}), ("on", {"id": 12348})):
            refused = called(emulator, "eq", action, **fields)
            assert refused.status_code == 503
            assert "was cut by another program: No space left on device" in refused.json()["message"]
        ballast.unlink()
        wait_until(lambda: ready(emulator))
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as filling:
        try:
            while True:
                filling.write(bytes(4096))
        except OSError:
            return


def test_on_a_failed_read_only_file_system_reading_calls_are_answered(
    failing_disk: Path,
) -> None:
    with serving(failing_disk / "worlds.db") as (server, emulator):
        key = emulator.start("vm", "create_snapshot", name="a")
        before = world(emulator)
        subprocess.run(["mount", "-o", "remount,abort", failing_disk], check=True)
        assert_only_writing_is_refused(emulator, key, "disk I/O error")
        assert world(emulator) == before
        assert server.stop(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_a_file_that_becomes_read_only_is_noticed_and_it_recovers(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "worlds.db"
    with serving(file) as (_, emulator):
        key = emulator.start("vm", "create_snapshot", name="a")
        before = world(emulator)
        file.chmod(mode)
        assert_only_writing_is_refused(emulator, key, "it is read-only")
        assert world(emulator) == before
        file.chmod(0o644)
        wait_until(lambda: ready(emulator))
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"


def test_tasks_due_meanwhile_are_shown_in_effect_and_stored_once_writing_works(
    tmp_path: Path,
) -> None:
    """The effect of time can be shown without writing: each call calculates it again, always the same."""
    file = tmp_path / "worlds.db"
    with served("--db", str(file), "--rate", "1000") as server, server.emulator() as emulator:
        emulator.set_clock(rate=10)
        key = emulator.start("vm", "create_snapshot", name="a")
        file.chmod(0o444)
        wait_until(lambda: emulator.vm(12345)["locked_by"] is None)
        found = emulator.vm(12345)["snapshots"]
        assert [row["name"] for row in found][-1] == "a"
        assert emulator.http.post("/eq_callback.php", data={"action": "check", "key": key}).status_code == 503
        file.chmod(0o644)
        wait_until(lambda: ready(emulator))
        assert emulator.check(key)["result"] == "OK"
        assert emulator.vm(12345)["snapshots"] == found


def test_calls_that_the_journal_misses_are_known_to_be_missing(small_disk: Path) -> None:
    file, ballast = small_disk / "worlds.db", small_disk / "ballast"
    with serving(file) as (_, emulator):
        fill(ballast)
        wait_until(lambda: called(emulator, "vm", "load_stats", id=12347).status_code == 503)
        for _ in range(20):
            assert called(emulator, "eq", "show", id=12345).status_code == 200
        assert_none_is_taken_for_never_made(emulator)
        ballast.unlink()
        wait_until(lambda: ready(emulator))
        assert called(emulator, "eq", "list").status_code == 200
        assert_none_is_taken_for_never_made(emulator)
    with serving(file) as (_, emulator):
        assert_none_is_taken_for_never_made(emulator)
        emulator.clear_requests()
        emulator.verify(action="show", count=0)


def assert_none_is_taken_for_never_made(emulator: Emulator) -> None:
    """Assert that 20 calls of show are in the journal or known to be missing, as is the refused one before them."""
    journal = emulator.control("GET", "/requests?action=show")
    assert len(journal["requests"]) + journal["gone"] == 20 + 1
    assert journal["gone"] > 0
    expected = {"action": "show", "count": len(journal["requests"])}
    refused = emulator.control("POST", "/requests/verify", expected, 409)
    assert refused["error"]["reason"] == "journal_incomplete"
    assert emulator.control("GET", "/report")["gone"] >= journal["gone"]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_calls_that_the_journal_misses_are_known_after_an_idle_time_with_room(
    small_disk: Path, end: signal.Signals
) -> None:
    file, ballast = small_disk / "worlds.db", small_disk / "ballast"
    with serving(file) as (server, emulator):
        emulator.eq("show")
        fill(ballast)
        wait_until(lambda: called(emulator, "vm", "load_stats", id=12347).status_code == 503)
        refused = emulator.control("GET", "/requests?action=show")["gone"]
        while emulator.control("GET", "/requests?action=show")["gone"] == refused:
            called(emulator, "eq", "show", id=12345)
        known = emulator.last_request
        emulator.http.post("/eq.php", data={"action": "list", "token": "x"})
        ballast.unlink()
        if end == signal.SIGKILL:
            wait_until(lambda: is_marked(file))  # by the worker: nobody asks the server anything
        server.stop(end)
    with serving(file) as (_, emulator):
        assert emulator.last_request == known
        answer = emulator.control("POST", "/requests/verify", {"action": "show", "count": 1}, 409)
        assert answer["error"]["reason"] == "journal_incomplete"
        assert emulator.http.get("/_emulator/requests").json()["gone"] == 1


def is_marked(file: Path) -> bool:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT 1 FROM request WHERE result = 'missed'").fetchone() is not None
