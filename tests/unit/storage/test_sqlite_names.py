"""Names that SQLite keeps for itself, a SQLite log that goes as it is opened, and a link that is turned elsewhere: nothing acknowledged is lost."""

import os
import re
from pathlib import Path

import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.backends.sqlite_watch import OpenFile
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.heartbeat import last_alive_at
from tests.support.sqlite_files import copy_of, write


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_the_name_of_another_databases_log_is_refused(tmp_path: Path, end: str) -> None:
    with pytest.raises(CannotStart, match=f"choose a name without {end}"):
        open_database(str(tmp_path / f"worlds.db{end}"), lambda: 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal", ".lock"])
def test_a_pipe_beside_a_file_is_refused_and_not_waited_for(tmp_path: Path, end: str) -> None:
    beside = tmp_path / f"worlds.db{end}"
    os.mkfifo(beside)
    with pytest.raises(CannotStart, match=re.escape(f"': '{beside}' is not a regular file")):
        open_database(str(tmp_path / "worlds.db"), lambda: 0)


def test_a_pipe_in_the_place_of_the_note_of_a_running_server_is_not_waited_for(
    file: Path, database: Database
) -> None:
    write(database, 1)
    note = Path(f"{file}.lock")
    note.unlink(missing_ok=True)
    os.mkfifo(note)
    with pytest.raises(CannotStart, match=r"is in use by another server$"):
        open_database(str(file), lambda: 0)


@pytest.mark.parametrize("names", [("wal",), ("shm",), ("wal", "shm")])
def test_a_log_that_goes_as_soon_as_it_is_opened_is_opened_again(
    file: Path, database: Database, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, 1)
    opened, times = OpenFile.opened, iter(range(5))

    def opened_late(self: OpenFile) -> bool:
        if next(times) < 2:
            for name in names:
                Path(f"{file}-{name}").unlink()
        return opened(self)

    monkeypatch.setattr(OpenFile, "opened", opened_late)
    Path(f"{file}-wal").unlink()
    write(database, 2)
    assert next(times) == 3
    killed = open_database(str(copy_of(file)), lambda: 0)
    with killed.read() as tx:
        assert last_alive_at(tx) == 2
    killed.close()


def test_a_log_that_never_stays_refuses_commits(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, 1)
    with monkeypatch.context() as patched:
        patched.setattr(OpenFile, "opened", lambda _: False)
        Path(f"{file}-wal").unlink()
        with pytest.raises(CannotWrite, match="again and again"):
            write(database, 2)
    write(database, 3)
    with database.read() as tx:
        assert last_alive_at(tx) == 3


@pytest.mark.parametrize("of_folder", [False, True])
def test_a_link_that_is_turned_to_another_file_refuses_commits_until_it_leads_back(
    file: Path, tmp_path: Path, *, of_folder: bool
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / file.name).write_bytes(file.read_bytes())
    link, kept, other = (
        (tmp_path / "folder", file.parent, elsewhere)
        if of_folder
        else (tmp_path / "link.db", file, elsewhere / file.name)
    )
    link.symlink_to(kept)
    given = link / file.name if of_folder else link
    database = open_database(str(given), lambda: 0)
    write(database, 1)
    link.unlink()
    link.symlink_to(other)
    with pytest.raises(CannotWrite, match="leads to another file than"):
        write(database, 2)
    link.unlink()
    with pytest.raises(CannotWrite, match="no longer leads to a file"):
        write(database, 2)
    link.symlink_to(kept)
    write(database, 3)
    database.close()
