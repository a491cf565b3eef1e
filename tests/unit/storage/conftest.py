"""A SQLite file for the tests of its backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.schema import prepare_schema


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return an empty database of this version."""
    file = tmp_path / "worlds.db"
    database = open_database(str(file), lambda: 0)
    with database.transaction() as tx:
        prepare_schema(tx.connection)
    database.close()
    Path(f"{file}.lock").unlink()
    return file


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """Serve a database whose log begins anew every twenty pages or so."""
    opened = open_database(str(file), lambda: 0)
    opened.engine.raw_connection().execute("PRAGMA wal_autocheckpoint = 20")
    yield opened
    opened.close()
