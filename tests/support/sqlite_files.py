"""What tests do to a SQLite file that is served, and what they write to it."""

from pathlib import Path

from invapi_emulator.storage.database import Database
from invapi_emulator.storage.heartbeat import say_alive


def write(database: Database, *times: int) -> None:
    for time in times:
        with database.transaction() as tx:
            say_alive(tx, time)


def in_place(file: Path, content: bytes, at: int = 0) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(content)


def copy_of(file: Path) -> Path:
    """Return the file as a kill would leave it."""
    folder = file.parent / "killed"
    folder.mkdir()
    for each in file.parent.glob("worlds.db*"):
        (folder / each.name).write_bytes(each.read_bytes())
    return folder / file.name
