"""A SQLite file is checked before any write. A damaged or foreign file, or one in use, stays unchanged."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.backends import sqlite_place
from invapi_emulator.storage.backends.sqlite_place import mount_point, verdict
from invapi_emulator.storage.database import open_database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.heartbeat import last_alive_at, say_alive


def seen(folder: Path) -> dict[str, str]:
    """Return the files, without the index of a log, in which readers register."""
    files = [each for each in folder.iterdir() if not each.name.endswith("-shm")]
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def assert_refused_and_untouched(file: Path, says: str) -> None:
    before = seen(file.parent)
    with pytest.raises(CannotStart, match=says) as refused:
        open_database(str(file), lambda: 0)
    assert str(refused.value).startswith("--db: ")
    assert "\n" not in str(refused.value)
    assert seen(file.parent) == before


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_database_of_another_program_is_not_changed(tmp_path: Path, mode: str) -> None:
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute(f"PRAGMA journal_mode = {mode}")
        theirs.execute("CREATE TABLE recipes (id INTEGER)")
    assert_refused_and_untouched(tmp_path / "theirs.db", "something else: the tables recipes")


def test_a_database_that_another_program_has_open_is_not_changed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute("PRAGMA journal_mode = WAL")
        theirs.execute("CREATE TABLE recipes (id INTEGER)")
        assert_refused_and_untouched(tmp_path / "theirs.db", "something else: the tables recipes")


def test_a_file_that_is_not_a_database_is_not_changed(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database, but long enough to look at" * 100)
    assert_refused_and_untouched(notes, "file is not a database")


def test_a_database_of_a_newer_version_is_not_changed(file: Path) -> None:
    with closing(sqlite3.connect(file)) as changing:
        changing.execute("UPDATE alembic_version SET version_num = '9999'")
        changing.execute("INSERT INTO server VALUES (1, 0, '7.8.9')")
        changing.commit()
    assert_refused_and_untouched(file, r"written by invapi-emulator 7\.8\.9 .schema 9999; this is ")


def overwritten(content: bytes) -> bytes:
    """Return it with every page lost except the first, where trees of tables begin."""
    return content[:4096] + b"\xff" * (len(content) - 4096)


def test_a_journal_beside_a_database_with_a_log_is_not_called_damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as open_elsewhere:
        open_elsewhere.execute("INSERT INTO server VALUES (1, 0, '1.0.0')")
        open_elsewhere.commit()
        log, database = Path(f"{file}-wal").read_bytes(), file.read_bytes()
    file.write_bytes(database)
    Path(f"{file}-wal").write_bytes(log)
    Path(f"{file}-journal").write_bytes(b"x" * 5_000)
    assert_refused_and_untouched(
        file, "-journal' is the journal of another program, beside the log of this one: "
    )


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "overwritten": overwritten,
    "one page zeroed": lambda content: content[:8192] + bytes(4096) + content[12288:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_not_changed(file: Path, damage: str) -> None:
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert_refused_and_untouched(file, "is damaged: ")


def test_a_log_left_by_a_kill_is_checked_too(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as writing:
        writing.execute("UPDATE alembic_version SET version_num = '9999'")
        killed = tmp_path / "killed"
        killed.mkdir()
        for name in ("worlds.db", "worlds.db-wal", "worlds.db-shm"):
            (killed / name).write_bytes((tmp_path / name).read_bytes())
    assert_refused_and_untouched(killed / "worlds.db", "another version .schema 9999")


def test_a_file_in_use_is_refused_under_any_name_and_its_server_is_named(file: Path) -> None:
    link = file.with_name("link.db")
    link.symlink_to(file)
    first = open_database(str(file), lambda: 0)
    first.sign("process 1, which serves http://127.0.0.1:8650")
    for name in (file, link):
        with pytest.raises(CannotStart, match=r"another server: process 1, which serves http:"):
            open_database(str(name), lambda: 0)
    first.close()
    open_database(str(link), lambda: 0).close()


def test_a_file_with_a_hard_link_is_refused(file: Path) -> None:
    file.with_name("link.db").hardlink_to(file)
    assert_refused_and_untouched(file, "it has a hard link")


def test_a_file_marked_read_only_is_refused(file: Path) -> None:
    file.chmod(0o444)
    assert_refused_and_untouched(file, "read-only")


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    open_database(str(tmp_path / "empty.db"), lambda: 0).close()


def test_a_closed_file_has_no_log_beside_it(file: Path) -> None:
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        say_alive(tx, 1)
    assert (file.parent / "worlds.db-wal").stat().st_size > 0
    database.close()
    assert sorted(each.name for each in file.parent.iterdir()) == ["worlds.db", "worlds.db.lock"]


def test_a_commit_that_could_not_be_found_again_is_refused(file: Path) -> None:
    database = open_database(str(file), lambda: 0)
    away = file.with_name("away.db")
    file.rename(away)
    for what in ("is gone", "has taken the place"):
        with pytest.raises(CannotWrite, match=what), database.transaction() as tx:
            say_alive(tx, 1)
        file.touch()
    away.rename(file)
    with database.transaction() as tx:
        say_alive(tx, 2)
    database.close()


def test_a_file_that_replaces_an_open_one_is_what_the_next_start_finds(file: Path) -> None:
    other = file.with_name("other.db")
    other.write_bytes(file.read_bytes())
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        say_alive(tx, 7)
    other.rename(file)
    database.close()
    assert sorted(each.name for each in file.parent.iterdir()) == ["worlds.db", "worlds.db.lock"]
    database = open_database(str(file), lambda: 0)
    with database.read() as tx:
        assert last_alive_at(tx) is None
    database.close()


def test_a_file_that_is_moved_while_open_takes_everything_with_it(file: Path) -> None:
    away = file.with_name("away.db")
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        say_alive(tx, 7)
    file.rename(away)
    database.close()
    assert sorted(each.name for each in file.parent.iterdir()) == ["away.db", "worlds.db.lock"]
    database = open_database(str(away), lambda: 0)
    with database.read() as tx:
        assert last_alive_at(tx) == 7
    database.close()


def test_a_special_file_is_refused() -> None:
    with pytest.raises(CannotStart, match="not a regular file"):
        open_database("/dev/null", lambda: 0)


MOUNTS = r"""21 1 0:20 / / rw - overlay overlay rw
30 21 0:40 / /data rw shared:1 - nfs4 server:/export rw
32 21 0:41 / /data/é rw - cifs //server/share rw
31 30 8:1 / /data/local\040disk rw - ext4 /dev/sda1 rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/home", "overlay"), ("/data", "nfs4"), ("/data/worlds", "nfs4"), ("/data/local disk/worlds", "ext4"), ("/database", "overlay"), ("/data/é/worlds", "cifs")],
)  # fmt: skip
def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(folder: str, kind: str) -> None:
    assert mount_point(Path(folder), MOUNTS)[1] == kind


def test_a_file_on_a_file_system_of_several_machines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"30 21 0:40 / {tmp_path} rw - nfs4 server:/export rw\n", encoding="utf-8")
    monkeypatch.setattr(sqlite_place, "MOUNTS", table)
    with pytest.raises(
        CannotStart, match=r"several machines .nfs4., where SQLite's log and locks do not hold"
    ):
        open_database(str(tmp_path / "worlds.db"), lambda: 0)


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (("ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "fuseblk", "fuse.fuse-overlayfs", "fuse.ntfs-3g", ""), "take"),
        (("9p", "virtiofs", "vboxsf", "prl_fs", "fuse", "fuse.vmhgfs-fuse", "fuse.grpcfuse", "fuse.not-heard-of"), "warn"),
        (("nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs"), "refuse"),
    ],
)  # fmt: skip
def test_a_file_system_is_taken_warned_of_or_refused_by_its_type(kinds: tuple[str, ...], wanted: str) -> None:
    assert {kind: verdict(kind) for kind in kinds} == dict.fromkeys(kinds, wanted)


def test_a_file_system_of_the_host_is_taken_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"30 21 0:40 / {tmp_path} rw - 9p C: rw\n", encoding="utf-8")
    monkeypatch.setattr(sqlite_place, "MOUNTS", table)
    open_database(str(tmp_path / "worlds.db"), lambda: 0).close()
    (warning,) = caplog.messages
    assert "(9p) whose locks may hold for this machine alone" in warning


def test_a_server_locks_the_file_itself_so_a_removed_note_lets_nobody_in(file: Path) -> None:
    first = open_database(str(file), lambda: 0)
    Path(f"{file}.lock").unlink()
    with pytest.raises(CannotStart, match="is in use by another server"):
        open_database(str(file), lambda: 0)
    first.close()


def test_a_server_that_was_refused_leaves_the_locks_of_the_other_alone(file: Path) -> None:
    first = open_database(str(file), lambda: 0)
    with pytest.raises(CannotStart, match="is in use"):
        open_database(str(file), lambda: 0)
    says = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
    )
    other = subprocess.run([sys.executable, "-c", says, file], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    first.close()


def test_a_process_that_was_forked_meanwhile_keeps_no_lock(file: Path) -> None:
    database = open_database(str(file), lambda: 0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    try:
        database.close()
        open_database(str(file), lambda: 0).close()
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_a_file_that_another_program_has_for_itself_is_not_called_damaged(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE theirs (id INTEGER)")
        assert_refused_and_untouched(file, "is locked by another program")
